// Load on the public read path. The addresses come from `urls`; scripts/load.sh
// runs both. RATE requests a second for DURATION, or as fast as VUS can without RATE.
import http from 'k6/http';
import { check } from 'k6';
import { SharedArray } from 'k6/data';
import { Counter } from 'k6/metrics';

const addresses = new SharedArray('addresses', () => JSON.parse(open(__ENV.ADDRESSES)));
const hits = new Counter('cache_hits');
const duration = __ENV.DURATION || '30s';
const vus = Number(__ENV.VUS || 32);

export const options = {
  scenarios: {
    readers: __ENV.RATE
      ? { executor: 'constant-arrival-rate', rate: Number(__ENV.RATE), timeUnit: '1s', duration, preAllocatedVUs: vus, maxVUs: vus * 4 }
      : { executor: 'constant-vus', vus, duration },
  },
  thresholds: { checks: ['rate>0.999'], http_req_failed: ['rate<0.001'] },
  summaryTrendStats: ['min', 'med', 'p(90)', 'p(99)', 'max'],
};

export default function () {
  const address = addresses[Math.floor(Math.random() * addresses.length)];
  const response = http.get(address, {
    headers: { 'Accept-Encoding': 'zstd, br, gzip', Accept: 'application/graphql-response+json' },
    tags: { name: 'graphql' },
    responseType: 'none',
  });
  check(response, { 'status is 200': (r) => r.status === 200 });
  if ((response.headers['Cache-Status'] || '').includes('hit')) hits.add(1);
}
