"""The network of the label map: its labels, its training pictures, its training and its proof."""
