"""One real day, bundled for the demo; ATTRIBUTION.md beside it says where it is from."""
