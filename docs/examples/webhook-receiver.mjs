// Takes webhooks: verifies each, answers at once, and does nothing twice. Run it with Node 20 or newer after
// `npm install standardwebhooks`; put HTTPS in front of it.
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.env.SIGNET_WEBHOOK_SECRET);
// In a database, so that it outlives a restart; an id may come again for as long as somebody can replay it.
const seen = new Set();

const server = createServer(async (request, response) => {
  let event;
  try {
    // The very bytes that came: parsed and written again they would have another signature.
    event = webhook.verify(await text(request), request.headers);
  } catch {
    response.writeHead(400).end();
    return;
  }
  // Answer first and work afterwards: what takes longer than 15 seconds is sent again.
  response.writeHead(204).end();

  const id = request.headers["webhook-id"];
  if (seen.has(id)) return;
  seen.add(id);
  switch (event.type) {
    case "license.expiring":
      console.log(`${event.data.license.customer.name} has ${event.data.daysLeft} days left.`);
      break;
    default:
      console.log(event.type, event.correlationId);
  }
});

server.listen(process.env.PORT ?? 4000, () => console.log("listening"));
