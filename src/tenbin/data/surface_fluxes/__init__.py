"""Surface fluxes of tracers as the package carries them: where and when on 2.5 degrees, and how much in each year."""
