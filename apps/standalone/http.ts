import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import fastifyHelmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { WsAdapter } from '@nestjs/platform-ws';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';

import type { Config } from '#libs/config';
import { projectFolder } from '#libs/platform';

import { HTTP_TIMEOUTS } from '../collector/index.ts';
import { describeAnswers, type OpenApi } from '../server/answers/describe.ts';
import { DOOR_PATHS } from '../server/answers/doors.ts';
import { ApiDescription } from '../server/controllers/description.controller.ts';
import { ProblemException } from '../server/http/problem.ts';
import { refuseBroken } from './broken-request.ts';
import type { Core } from './core.ts';
import type { Engine } from './engine.ts';
import { keepToRole } from './roles.ts';
import { StandaloneModule } from './standalone.module.ts';

/** Bodies of the API; the doors have limits of their own. */
const API_BODY_BYTES_MAX = 1_048_576;
const YEAR_S = 31_536_000;

/** Certificate and key, when HTTPS is configured. */
export function tlsOf({ http }: Config): { cert: Buffer; key: Buffer } | undefined {
  if (http.tls_cert_file === undefined || http.tls_key_file === undefined) return undefined;
  return { cert: readFileSync(http.tls_cert_file), key: readFileSync(http.tls_key_file) };
}

/** Headers of every page; only what comes from here may run (console.md §3.1). */
async function addHelmet(fastify: FastifyInstance, secure: boolean): Promise<void> {
  await fastify.register(fastifyHelmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        styleSrc: ["'self'"],
        connectSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        objectSrc: ["'none'"],
      },
    },
    strictTransportSecurity: secure ? { maxAge: YEAR_S } : false,
  });
}

/** Serves the built console; every path that is no file and no API is a page of it. */
async function addConsole(fastify: FastifyInstance): Promise<void> {
  const root = join(projectFolder(import.meta.dirname), 'dist', 'console');
  const page = readFileSync(join(root, 'index.html'));
  await fastify.register(fastifyStatic, {
    root,
    wildcard: false,
    index: false,
    setHeaders: (reply, path) => {
      // Names of assets hold a hash of their contents.
      const lasting = path.includes('/assets/');
      void reply.header(
        'cache-control',
        lasting ? `public, max-age=${YEAR_S}, immutable` : 'no-cache',
      );
    },
  });
  for (const path of ['/', '/dang-nhap', '/truc', '/tim-kiem', '/nguon', '/luat', '/bao-cao']) {
    fastify.get(path, (_, reply) => reply.type('text/html; charset=utf-8').send(page));
  }
  for (const path of [
    '/su-co/*',
    '/suc-khoe',
    '/bao-tri',
    '/quan-tri',
    '/tai-khoan',
    '/dat-mat-khau',
  ]) {
    fastify.get(path, (_, reply) => reply.type('text/html; charset=utf-8').send(page));
  }
  // A mistyped address in a browser: the console says so in words.
  fastify.get('/:page', (request, reply) => {
    if (request.headers.accept?.includes('text/html') === true) {
      return reply.code(404).type('text/html; charset=utf-8').send(page);
    }
    const { problem } = new ProblemException('not_found', { detail: `Cannot GET ${request.url}` });
    return reply.code(404).type('application/problem+json; charset=utf-8').send(problem);
  });
}

/** The API, the websocket and the console on one server that does not listen yet. */
export async function createHttp(
  core: Core,
  engine: Engine,
  version: string,
): Promise<NestFastifyApplication> {
  const { config } = core;
  const { keepAliveTimeout, requestTimeout } = HTTP_TIMEOUTS;
  const https = tlsOf(config);
  const adapter = new FastifyAdapter({
    bodyLimit: API_BODY_BYTES_MAX,
    keepAliveTimeout,
    requestTimeout,
    // A 503 while closing makes rsyslog drop its batch; a closed connection makes it try again.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    clientErrorHandler: refuseBroken,
    trustProxy: config.http.trusted_proxy.length > 0 ? [...config.http.trusted_proxy] : false,
    ...(https === undefined ? {} : { https }),
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  await addHelmet(fastify, config.http.tls_cert_file !== undefined);
  keepToRole(fastify, core.role);
  await addConsole(fastify);
  const description = new RoutesDescription(version);
  const app = await NestFactory.create<NestFastifyApplication>(
    StandaloneModule.over(core, engine, version, description),
    adapter,
    { logger: ['error', 'warn'], abortOnError: false },
  );
  app.useWebSocketAdapter(new WsAdapter(app));
  description.describes(app);
  return app;
}

/** Describes the routes that the application has once it is made. */
class RoutesDescription extends ApiDescription {
  readonly #version: string;
  #app: NestFastifyApplication | undefined;
  #made: object | undefined;

  constructor(version: string) {
    super();
    this.#version = version;
  }

  describes(app: NestFastifyApplication): void {
    this.#app = app;
  }

  document(): object {
    if (this.#app === undefined) throw new TypeError('there are no routes to describe yet');
    if (this.#made !== undefined) return this.#made;
    const head = new DocumentBuilder()
      .setTitle('Tháp Canh')
      .setDescription('Errors are `application/problem+json` with a stable `code`.')
      .setVersion(this.#version)
      .addCookieAuth('thapcanh_session')
      .addBearerAuth({ type: 'http', scheme: 'bearer' })
      .addApiKey({ type: 'apiKey', in: 'header', name: 'Authorization' }, 'apiKey')
      .addBasicAuth()
      .addSecurityRequirements('cookie')
      .addSecurityRequirements('bearer')
      .build();
    const document = SwaggerModule.createDocument(this.#app, head);
    describeAnswers(document as unknown as OpenApi);
    this.#made = { ...document, paths: { ...document.paths, ...DOOR_PATHS } };
    return this.#made;
  }
}
