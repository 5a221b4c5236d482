"""The widgets. They show values and emit what the person did; they hold no truth."""
