/** A refusal: what the portal, the log-in service or the network said no with, in one shape. */

import { text } from "./text.js";

const CODES = { 401: "unauthenticated", 403: "forbidden", 404: "not-found", 413: "too-large", 429: "slow-down" };
/** What is said before the portal has looked at the request: nothing of what became of it. */
const UNHEARD = ["no-connection", "unauthenticated", "forbidden", "slow-down"];

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

  /** Whether it is not known what became of the request, or of one before it with the same key. */
  get isUncertain() {
    return UNHEARD.includes(this.code) || this.status >= 500;
  }

  /** The refusal in an answer: problem+json, or whatever a gateway makes of it. */
  static async of(response) {
    const retryAfter = Number(response.headers.get("Retry-After")) || 0;
    const code = CODES[response.status] ?? "unavailable";
    const type = response.headers.get("Content-Type") ?? "";
    const isProblem = type.startsWith("application/problem+json");
    const reference = response.status >= 500 || !isProblem ? response.headers.get("apigw-requestid") ?? "" : "";
    if (!isProblem) return new Refusal(code, { status: response.status, retryAfter, reference });
    const problem = await response.json().catch(refused);
    const name = problem.type?.split("/").pop() ?? code;
    return new Refusal(name, {
      detail: name === "idempotency-key-reused" ? undefined : problem.detail, // That one is for programmers.
      errors: problem.errors,
      status: response.status,
      retryAfter,
      extra: problem,
      reference,
    });
  }
}

/** Throw whatever was thrown on the way to an answer as a Refusal: where it broke off, there is none. */
export function refused(error) {
  throw error instanceof Refusal ? error : new Refusal("no-connection");
}

/** fetch, whose failures are refusals too; so are those of reading its body with `.catch(refused)`. `patience` in milliseconds. */
export const send = (address, options, patience = 30_000) =>
  fetch(address, { credentials: "omit", signal: AbortSignal.timeout(patience), ...options }).catch(refused);
