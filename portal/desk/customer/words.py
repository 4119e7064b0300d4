"""Which words do the pages about one customer have? Those of its pages, forms, figures, journal and messages."""

from portal.desk.customer.adoption_words import ADOPTION_WORDS
from portal.desk.customer.customer_words import CUSTOMER_WORDS
from portal.desk.customer.figure_words import FIGURE_WORDS
from portal.desk.customer.goal_words import DESK_GOAL_WORDS
from portal.desk.customer.guide_words import GUIDE_WORDS
from portal.desk.customer.happening_words import HAPPENING_WORDS
from portal.desk.customer.keeping_words import KEEPING_WORDS
from portal.desk.customer.news_words import NEWS_WORDS
from portal.desk.customer.notice_words import NOTICE_WORDS
from portal.desk.customer.renewal_words import RENEWAL_WORDS

OF_CUSTOMERS = (
    *(CUSTOMER_WORDS, GUIDE_WORDS, FIGURE_WORDS, ADOPTION_WORDS, NEWS_WORDS, HAPPENING_WORDS, NOTICE_WORDS),
    *(KEEPING_WORDS, DESK_GOAL_WORDS, RENEWAL_WORDS),
)
"""Each as the pages' words: no key is in two of them."""
