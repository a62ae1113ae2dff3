"""What people and programs meet over HTTP: pages, forms, the JSON interface."""
