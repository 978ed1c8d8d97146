"""Photos to try the checker on that show no applicant."""
