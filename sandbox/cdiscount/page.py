"""placeholder"""


def render(seller, query):
    return ""


def act(seller, form):
    pass
