"""WeChat Pay, API v3: orders for JSAPI, Native and H5, refunds, encrypted notices. PROTOCOL.md §14."""
