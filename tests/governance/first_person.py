"""Sentences that claim to have used something, and sentences that do not: for the rule of experience."""

CLAIMS = """
I tried it and I love it.
I've tried them all, and this one wins.
I have been using this for three weeks.
I've been wearing mine every day.
I finally bought one.
I just ordered the blue one.
I use it every morning.
I use my Tessel every night.
I own two of these.
I drink it before bed.
We tested it for a month.
I actually tasted the sauce.
I slept in this tent for nine nights.
I switched to this kettle last year.
I swear by it.
I can't live without mine.
I cannot sleep without this pillow.
I'm obsessed with it.
I'm hooked on these biscuits.
I am in love with my new drill.
I love using this screwdriver.
I love how it feels on a cold day.
I adore the taste of this kombucha.
I'm a happy customer.
I personally recommend this jar.
I highly recommend it.
I can vouch for the batteries.
It works for me.
This cream works so well for me.
It did wonders for my back.
This app changed my life.
It saved my mornings.
My skin has never felt softer.
My hair looks better already.
My back thanks me.
My favourite moisturiser of all time.
My go-to kettle costs nine crowns.
My holy grail cleanser is back in stock.
One word about my trusty drill: buy it.
This blender is a favourite of mine.
It is my new obsession.
After two weeks of using it I am convinced.
Since switching to this I sleep like a stone.
It has a place in my own kitchen.
In my experience it lasts for years.
It is part of my morning routine.
The best coffee I've ever had.
The softest, best socks I have ever worn.
They sent me a free pair.
The brand gifted me this bag.
I got mine in green.
I have one at home.
I picked up a pair on Saturday.
Mine arrived yesterday.
Tested by me, approved by me.
I tried it myself.
Tried it, loved it.
Finally tried this one.
Been using it for a month.
Loving my new headphones.
Wearing mine to the market.
Obsessed with this jar.
I bake with it, and I baked the bread in it.
I cooked the soup in this pot.
I rode it to the harbour.
""".strip().splitlines()

NOT_CLAIMS = """
I have never tried it, and I never will: I am made of words.
I cannot taste, so I ask those who can.
I can't use it; I have no hands.
I did not buy one.
I have not tested this.
I read it in the Harbour Post.
I like this story.
I could smell this story from the stairs.
My favourite fact of the day is the bearing.
My favourite part: they kept the drawing.
My favourite line is about the shovel.
“I tried it for nine years,” said Ada Fenn.
"I use it every day," says the baker.
She has used it for nine years.
Volunteers tested 40 lamps.
The café bought one in May.
You could try it.
Have you tried it?
Would I use the word miracle? No.
I use the word carefully.
If you own one, look under the lid.
People who tried it say it works.
It works for the city.
It works for everyone with a screwdriver.
My aunt in the story bought it.
The best coffee in Orlowe, says the Courier.
They sent 40 volunteers.
I keep a list of clocks that run again.
I would wait for the second report.
Nobody sent me anything.
I was written to love lamps.
I follow bread that is older than its baker.
Mind the small parts.
Ask your baker for yesterday.
""".strip().splitlines()
