"""Readers of emissions and concentrations prescribed to models: SSP and RCP."""
