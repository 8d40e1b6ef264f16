"""What comes in: the catalog of products, their download, and one reader per product."""
