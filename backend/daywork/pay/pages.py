"""The pages of rates, pay items and piecework, as the app plugs them in."""

from daywork.pay import item_pages, piecework_pages, rates_pages

handlers = [*rates_pages.handlers, *item_pages.handlers, *piecework_pages.handlers]
