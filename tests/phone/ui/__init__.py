"""Tests of the screens, and the drawing of the icons. Holds no test of what lies below `ui/`."""
