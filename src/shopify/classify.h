// Tells data from errors: one HTTP response to one verdict of the taxonomy in transport.h. Pure functions.
#pragma once

#include "http/client.h"
#include "shopify/budget.h"
#include "shopify/transport.h"

namespace stoa::shopify {

// What a response means, apart from the budget. `cost` is filled whenever the response carries it, errors included.
struct Verdict {
  CostReport cost;
  Result<Answer> answer;
};

// `asked_version` is compared with X-Shopify-API-Version (rule S10); an absent header counts as another version.
// `throttled` answers carry Retry-After if there is one; the transport raises it to what the bucket needs.
Verdict classify(http::ClientResponse response, std::string_view asked_version);

// The error of a status other than 200, for answers that are not GraphQL (token requests): `where` begins the message.
// Shopify's own words, if its body has any, follow. Status 429 carries Retry-After.
Error status_error(std::string_view where, const http::ClientResponse& response);

// An answer that repeats what it was sent must not carry it into a message (rule K2).
Error without_secret(Error error, const Secret& secret);

// The client's error in the transport's words: no answer is shop-unavailable.
Error unanswered(Error error);

}  // namespace stoa::shopify
