"""AWS's services as newsreel uses them; nothing here knows of newsreel's rules."""
