"use strict";

// The schema's reader, started from a file because the content security policy allows no script in a page.
const place = document.getElementById("schema");
window.SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  persistAuthorization: false, // a token outlives no page
  validatorUrl: null, // nothing is told to other origins
});
