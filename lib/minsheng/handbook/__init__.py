"""The handbook: its written chapters, and those made of the models that read a plan and of the cases that tests run."""
