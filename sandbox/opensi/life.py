"""What happens by itself: somebody writes in the ERP, or an order comes in."""

from . import seed


def event(seller):
    """Let one thing happen now; returns a sentence about it. Hold the seller's lock."""
    numbers = [comment.web_order for comment in seller.erp_comments] or list(seller.orders)
    if not numbers or seller.rng.random() < 0.2:
        return f"new order {seed.make_order(seller, seller.rng).number}"
    comment = seed.write(seller, seller.rng, seller.rng.choice(numbers))
    return f"new comment {comment.number} in the ERP about {comment.web_order}"
