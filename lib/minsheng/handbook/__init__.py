"""What is printed for people to read beside the reports: the rubric manual (评分细则手册)."""
