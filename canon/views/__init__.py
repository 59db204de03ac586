from canon.views.catalogue import item_detail, item_list
from canon.views.site import favicon, robots_txt

__all__ = ["favicon", "item_detail", "item_list", "robots_txt"]
