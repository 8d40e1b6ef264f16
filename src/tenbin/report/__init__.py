"""The report: the two pans of the balance drawn, tabled and explained on one page that needs no network."""
