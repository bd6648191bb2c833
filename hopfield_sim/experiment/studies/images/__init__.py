"""The study of which colour picture a spoilt one brings back."""
