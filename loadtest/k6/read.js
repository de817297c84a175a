// Load on the public read path; scripts/load.sh runs it. Each turn is one reader with one page: one of the addresses
// that `urls` drew with Zipf's skew, one of the encodings that browsers ask for, and now and then a page that the reader
// has already, asked for by its ETag.
import http from 'k6/http';
import { check } from 'k6';
import { SharedArray } from 'k6/data';
import { Counter, Trend } from 'k6/metrics';
import { summary } from './summary.js';

const addresses = new SharedArray('addresses', () => JSON.parse(open(__ENV.ADDRESSES)));
const duration = __ENV.DURATION || '30s';
const vus = Number(__ENV.VUS || 32);
// What clients send, weighted: most browsers first, then those without zstd, then tools.
const encodings = ['zstd, br, gzip', 'zstd, br, gzip', 'zstd, br, gzip', 'br, gzip', 'br, gzip', 'gzip', 'gzip', 'zstd, gzip', 'identity'];
const conditional = Number(__ENV.CONDITIONAL || 0.25);

const errors = new Counter('errors');
// Who answered, and how long that took; k6 wants every metric declared before the run.
const layers = ['l1', 'l2', 'miss', 'stale', 'none'];
const by = Object.fromEntries(layers.map((l) => [l, new Trend(`answered_by_${l}`, true)]));
const encoded = Object.fromEntries(['zstd', 'br', 'gzip', 'identity'].map((e) => [e, new Counter(`encoding_${e}`)]));
const asked = new Counter('conditional_requests');
const unchanged = new Counter('conditional_304');

export const options = {
  scenarios: {
    readers: __ENV.RATE
      ? { executor: 'constant-arrival-rate', rate: Number(__ENV.RATE), timeUnit: '1s', duration, preAllocatedVUs: vus, maxVUs: vus * 4 }
      : { executor: 'constant-vus', vus, duration },
  },
  // One wrong answer fails the run. The time is asserted only where it is asked for: machines differ.
  thresholds: Object.assign({ errors: ['count==0'], checks: ['rate==1'] }, __ENV.P99_MS ? { http_req_duration: [`p(99)<${__ENV.P99_MS}`] } : {}),
  summaryTrendStats: ['count', 'med', 'p(95)', 'p(99)', 'max'],
};

// The ETags that this reader holds, as a browser would. An address and an encoding have one.
const held = new Map();

export default function () {
  const address = addresses[Math.floor(Math.random() * addresses.length)];
  const encoding = encodings[Math.floor(Math.random() * encodings.length)];
  const key = `${encoding} ${address}`;
  const headers = { 'Accept-Encoding': encoding, Accept: 'application/graphql-response+json' };
  const tag = Math.random() < conditional ? held.get(key) : undefined;
  if (tag) headers['If-None-Match'] = tag;

  const response = http.get(address, { headers, tags: { name: 'graphql' }, responseType: 'none' });
  const ok = check(response, {
    'answered 200, or 304 where the page was held': (r) => r.status === 200 || (r.status === 304 && tag !== undefined),
    'has an ETag': (r) => Boolean(r.headers.Etag),
    'is in an encoding that was asked for': (r) => !r.headers['Content-Encoding'] || encoding.includes(r.headers['Content-Encoding']),
  });
  errors.add(ok ? 0 : 1);
  by[layer(response)].add(response.timings.duration);
  if (response.status === 200) encoded[response.headers['Content-Encoding'] || 'identity'].add(1);
  if (tag) {
    asked.add(1);
    unchanged.add(response.status === 304 ? 1 : 0);
  }
  if (held.size < 2000 || held.has(key)) held.set(key, response.headers.Etag);
}

// layer reads Cache-Status (RFC 9211). A stale answer was given at once while it is renewed behind, or because the
// database is away.
function layer(response) {
  const status = response.headers['Cache-Status'] || '';
  if (/detail=revalidating|fwd=stale/.test(status)) return 'stale';
  if (/tercul-l1; hit/.test(status)) return 'l1';
  if (/tercul-l2; hit/.test(status)) return 'l2';
  return status ? 'miss' : 'none';
}

export function handleSummary(data) {
  return { stdout: summary(data, layers) };
}
