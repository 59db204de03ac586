"""The list of licences is current, and none of them asks more of an operator than to be named."""

from tests.licences import PAGE, bill_of_materials, licence, names, page


def test_the_list_is_current():
    assert PAGE.read_text() == page(), "Run python -m tests.licences."


def test_no_package_keeps_its_licence_to_itself_or_would_bind_ours():
    for name in names():
        said = licence(name).lower()
        assert said != "unknown", name
        assert "agpl" not in said, name
        assert "gpl" not in said or "lesser" in said or "lgpl" in said, name


def test_the_bill_of_materials_names_every_package_with_its_version():
    components = bill_of_materials()["components"]
    assert {part["name"] for part in components} == set(names())
    assert all(part["version"] and part["purl"].startswith("pkg:pypi/") for part in components)
