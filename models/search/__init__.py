"""The network that proposes where the faces of a photo are: training pictures, training, export."""
