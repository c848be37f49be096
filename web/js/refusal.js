/** A refusal: what the portal, the log-in service or the network said no with, in one shape. */

import { text } from "./text.js";

const CODES = { 401: "unauthenticated", 403: "forbidden", 404: "not-found", 413: "too-large", 429: "slow-down" };

export class Refusal extends Error {
  /**
   * `errors` are the wrong fields, `{pointer, detail}`; `extra` the problem's further members; `reference` the
   * request's id, by which the log is searched, where it is the portal that failed.
   */
  constructor(code, { detail, errors = [], status = 0, retryAfter = 0, extra = {}, reference = "" } = {}) {
    super(detail ?? text.refusals[code] ?? text.refusals.unavailable);
    this.code = code;
    this.status = status;
    this.errors = errors;
    this.retryAfter = retryAfter;
    this.extra = extra;
    this.reference = reference;
  }

  get detail() {
    return this.message;
  }

  /** Whether it is not known if the request arrived. */
  get isUncertain() {
    return this.code === "no-connection" || this.status >= 500;
  }

  /** The refusal in an answer: problem+json, or whatever a gateway makes of it. */
  static async of(response) {
    const retryAfter = Number(response.headers.get("Retry-After")) || 0;
    const code = CODES[response.status] ?? "unavailable";
    const type = response.headers.get("Content-Type") ?? "";
    const isProblem = type.startsWith("application/problem+json");
    const reference = response.status >= 500 || !isProblem ? response.headers.get("apigw-requestid") ?? "" : "";
    if (!isProblem) return new Refusal(code, { status: response.status, retryAfter, reference });
    const problem = await response.json();
    return new Refusal(problem.type?.split("/").pop() ?? code, {
      detail: problem.detail,
      errors: problem.errors,
      status: response.status,
      retryAfter,
      extra: problem,
      reference,
    });
  }
}

/** fetch, whose failures are refusals too. `patience` in milliseconds. */
export async function send(address, options, patience = 30_000) {
  try {
    return await fetch(address, { credentials: "omit", signal: AbortSignal.timeout(patience), ...options });
  } catch {
    throw new Refusal("no-connection");
  }
}
