"""WeChat Pay, API v3 (public-key mode): JSAPI, Native and H5.

Paths, fields and signatures are those of its public API. Assumed, for lack of public text: that an order number may be
asked for again with the same content and gives the same `prepay_id`, and the full list of `trade_state`.
"""
