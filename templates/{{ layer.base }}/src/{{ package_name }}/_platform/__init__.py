"""What every pilot shares: kept by the catalog and upgraded with it, so put your own code elsewhere."""
