"""Whether an account can publish, and what to do if not: tokens, checks, strikes, quotas, the app. PUB-7."""
