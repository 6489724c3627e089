import createFindMyWay from "find-my-way";
import type { Operation } from "./operation.ts";

export interface Route {
  readonly operation: Operation;
  readonly params: Readonly<Record<string, string | undefined>>;
}

/** Which operation a path means: for hosts without a router of their own, and to tell a wrong method from a wrong path. */
export interface Router {
  find(method: string, path: string): Route | undefined;
  /** The methods of this path; empty when there is no such path. */
  methodsOf(path: string): string[];
}

/** Longer than any id that is taken, so that one too long is named as such and not as an unknown path; characters, decoded. */
export const PATH_PARAM_LENGTH_MAX = 512;

/** A table's path as find-my-way and Fastify write it: `/v1/{tenant}` is `/v1/:tenant`. */
export function routePath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
}

export function createRouter(operations: readonly Operation[]): Router {
  const routes = createFindMyWay({ maxParamLength: PATH_PARAM_LENGTH_MAX });
  for (const operation of operations) {
    routes.on(operation.method, routePath(operation.path), () => undefined, operation);
  }
  return {
    find(method, path) {
      // HEAD is GET without its body.
      const found =
        method === "GET" || method === "HEAD"
          ? routes.find("GET", path)
          : method === "POST"
            ? routes.find("POST", path)
            : null;
      return found === null ? undefined : { operation: found.store, params: found.params };
    },
    methodsOf(path) {
      const get = routes.find("GET", path) === null ? [] : ["GET", "HEAD"];
      return routes.find("POST", path) === null ? get : [...get, "POST"];
    },
  };
}
