// Runs the server audits of graphql-http against the URL given and prints one
// line of JSON for each.
import { createRequire } from 'node:module';

const [url, modules] = process.argv.slice(2);
const { serverAudits } = createRequire(modules + '/')('graphql-http');

for (const { id, name, fn } of serverAudits({ url })) {
  const { status, reason } = await fn();
  console.log(JSON.stringify({ id, name, status, reason }));
}
