"""The network that sees ink, scratches and creases on a print: drawing them, training, proof."""
