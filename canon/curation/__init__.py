"""The canon in and out, for its curators: tables to export and import, lists to bring in."""
