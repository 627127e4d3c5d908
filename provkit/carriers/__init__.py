"""Where a manifest store lives in a medium: locate, embed, remove, canonical check.  Pure."""
