"""通报: floating-population registration and key dispute incidents per village, issued by the street."""
