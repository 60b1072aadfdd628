// Events as a province sends them most, for filling stores: about 600 bytes as a JSON line.
import { newFields, placedEventId, type Batch, type Event } from '#libs/model';

let state = 1;

/** Numbers that are the same in every run. */
export function random(below: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 4_294_967_296) * below);
}
/** Small numbers often, large ones seldom. */
const skewed = (below: number) => Math.floor(below * (random(1_000_000) / 1_000_000) ** 3);

const paths = ['/', '/login', '/dossier/list', '/dossier/submit', '/api/v1/otp', '/static/app.js'];
const words = 'accepted refused session opened closed timeout upstream gateway retry dossier'.split(
  ' ',
);

function makeEvent(time: number, position: number, ordinal: number): Event {
  const fields = newFields();
  const failed = random(10) === 0;
  const province = String(10 + skewed(34)).padStart(2, '0');
  fields['@timestamp'] = new Date(time).toISOString();
  fields['event.dataset'] = ['nginx.access', 'system.auth', 'keycloak.event'][random(3)] ?? '';
  fields['event.category'] = ['web'];
  fields['event.action'] = ['login', 'get', 'post', 'logout'][random(4)] ?? '';
  fields['event.outcome'] = failed ? 'failure' : 'success';
  fields['gov.locality.code'] = province;
  fields['gov.locality.commune_code'] = String(10_000 + skewed(3_000));
  fields['gov.source.id'] = `src-${province}-${skewed(40)}`;
  fields['host.name'] = `web-${province}-${random(4)}`;
  fields['service.name'] = 'motcua';
  fields['user.name'] = `user${skewed(20_000)}`;
  fields['source.ip'] = `10.${random(4)}.${skewed(200)}.${random(250)}`;
  fields['source.port'] = 1_024 + random(60_000);
  fields['http.request.method'] = random(3) === 0 ? 'POST' : 'GET';
  fields['http.response.status_code'] = failed ? 500 + random(4) : 200;
  fields['http.response.body.bytes'] = random(50_000);
  fields['url.path'] = `${paths[skewed(paths.length)]}/${skewed(5_000)}`;
  fields['user_agent.original'] = `Mozilla/5.0 (Windows NT 10.0) Chrome/${100 + random(40)}.0`;
  fields['message'] =
    `${words[random(10)]} ${words[random(10)]} for H${province}-26-${random(1_000_000)} ` +
    `in ${random(900)} ms by worker ${random(32)} ${words[random(10)]}`;
  const id = placedEventId('bench', position, ordinal);
  return { id, time, received: time + 300 + random(900), fields };
}

/** The events of one batch; `timeOf` gives the time of the event of a number. */
export function batchOf(
  at: number,
  size: number,
  received: number,
  timeOf: (number: number) => number,
): Batch {
  const events = Array.from({ length: size }, (_, index) =>
    makeEvent(timeOf(at + index), at, index),
  );
  return { from: at, to: at + size, received, events };
}
