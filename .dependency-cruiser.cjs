// Who may import whom; docs/architecture.md says why. `npm run check` and test/architecture hold
// the code to it.

// In the order data flows. A stage knows the model and the ports, never another stage: apps/engine
// and apps/collector
// compose them.
const stages = words(
  'input spool decode normalize detect correlate alerting incident availability notify report',
);
// No I/O, no clock, no framework.
const pure = ['sigma', 'decode', 'normalize', 'model'];
// What every lib may use: words, ports, the rule language.
const free = words('model protocol sigma handover store coordination config telemetry');
function words(text) {
  return text.split(' ');
}

const oneOf = (names) => `(${names.join('|')})`;
// Folders of adapters that need a server.
const adapters = '^libs/(handover|store|coordination)/(redis|elastic)/';
const testCode = '\\.(test|contract)\\.tsx?$';

const ioOfNode =
  '^(node:)?(fs|fs/promises|net|tls|dgram|dns|dns/promises|http|http2|https|child_process|cluster|os|process|' +
  'readline|repl|sqlite|stream|stream/promises|timers|timers/promises|tty|worker_threads)$';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one thing, or lack a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'stage-imports-no-stage',
      comment: 'A stage imports the model and ports; the apps put stages together.',
      severity: 'error',
      from: { path: `^libs/${oneOf(stages)}/`, pathNot: testCode },
      to: { path: `^libs/${oneOf(stages)}/`, pathNot: '^libs/$1/' },
    },
    {
      name: 'free-libs-stay-below',
      comment: 'What every lib may use knows none of those that use it.',
      severity: 'error',
      from: { path: `^libs/${oneOf(free)}/`, pathNot: testCode },
      to: { path: '^libs/', pathNot: [`^libs/${oneOf(free)}/`] },
    },
    {
      name: 'model-stands-alone',
      comment:
        'model and protocol are the bottom: model imports nothing of ours, protocol only model.',
      severity: 'error',
      from: { path: '^libs/(model|protocol)/', pathNot: testCode },
      to: { path: '^libs/', pathNot: ['^libs/$1/', '^libs/model/'] },
    },
    {
      name: 'pure-libs-do-no-io',
      severity: 'error',
      from: { path: `^libs/${oneOf(pure)}/`, pathNot: testCode },
      to: { dependencyTypes: ['core'], path: ioOfNode },
    },
    {
      name: 'pure-libs-import-pure-libs',
      severity: 'error',
      from: { path: `^libs/${oneOf(pure)}/`, pathNot: testCode },
      to: { path: '^libs/', pathNot: [`^libs/${oneOf(pure)}/`] },
    },
    {
      name: 'libs-through-their-door',
      comment:
        'Another lib is imported as #libs/NAME, that is, by its index.ts; adapters on a server by theirs.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/' },
      to: { path: '^libs/', pathNot: ['^libs/$1/', '^libs/[^/]+/index\\.ts$', `${adapters}index\\.ts$`] },
    },
    {
      name: 'server-adapters-by-the-platform',
      comment:
        'Adapters on Redis and Elasticsearch are loaded by libs/platform alone: embedded pays nothing for them.',
      severity: 'error',
      from: {
        path: '^(libs|apps)/',
        pathNot: ['^libs/platform/', '^libs/store/load-elastic\\.ts$', adapters, testCode],
      },
      to: { path: adapters, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'apps-use-libs-by-their-door',
      severity: 'error',
      from: { path: '^apps/' },
      to: { path: '^libs/', pathNot: ['^libs/[^/]+/index\\.ts$', `${adapters}index\\.ts$`] },
    },
    {
      name: 'libs-import-no-app',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'product-imports-no-test',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: testCode },
      to: { path: `^test/|${testCode}` },
    },
    {
      name: 'apps-apart',
      comment:
        'Only standalone (everything in one process) and cli (run ROLE) put other apps together.',
      severity: 'error',
      from: { path: '^apps/(?!standalone/|cli/|engine/)([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'engine-takes-decoding-from-the-collector',
      comment:
        'A reader that lags decodes again (embedded): by the collector’s own line, nothing else.',
      severity: 'error',
      from: { path: '^apps/engine/' },
      to: { path: '^apps/', pathNot: ['^apps/engine/', '^apps/collector/pipeline/'] },
    },
    {
      name: 'platform-is-chosen-once',
      comment: 'Only apps ask libs/platform for adapters; nothing else knows which platform it is.',
      severity: 'error',
      from: { path: '^libs/(?!platform/)', pathNot: testCode },
      to: { path: '^libs/platform/' },
    },
    {
      name: 'nest-in-apps-only',
      comment: 'Nest composes and opens doors; stages are plain TypeScript.',
      severity: 'error',
      from: { path: '^(libs|apps/console)/' },
      to: { path: '(^|/)node_modules/(@nestjs|rxjs|reflect-metadata)(/|$)' },
    },
    {
      name: 'clients-in-adapters-only',
      comment: 'Redis, BullMQ and Elasticsearch are known to the adapters of ports alone.',
      severity: 'error',
      from: {
        path: '^(libs|apps)/',
        pathNot: ['^libs/(handover|store|coordination|correlate|platform)/', testCode],
      },
      to: { path: '(^|/)node_modules/(bullmq|ioredis|@elastic)(/|$)' },
    },
    {
      name: 'page-knows-the-protocol-only',
      comment: 'What the page imports is sent to the browser.',
      severity: 'error',
      from: { path: '^apps/console/', pathNot: '(vite\\.config\\.ts|\\.test\\.tsx?)$' },
      to: {
        path: [
          '^libs/(?!(model|protocol)/)',
          '^node:',
          '(^|/)node_modules/(pino|undici|fastify|ws)/',
        ],
      },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: ['[.]css$', '[?](raw|url)$', '^virtual:'] },
    },
    {
      name: 'no-dev-packages-in-the-server',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: ['^apps/console/', testCode] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.mts', '.js', '.mjs', '.json', '.css'],
    },
  },
};
