"""From a record of attacks to what each hypothesis makes of it."""
