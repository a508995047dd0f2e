"""Technology behind the ports: the index, the model, the guards, the tables that the pilot writes."""
