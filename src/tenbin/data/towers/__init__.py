"""Weather, water and gas exchange measured at flux towers and in small catchments, each site one CF Dataset."""
