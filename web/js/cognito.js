/** The log-in service, by its own JSON protocol: each function is one of its operations. */

import { config } from "./config.js";
import { Refusal, send } from "./refusal.js";
import { text } from "./text.js";

const TARGET = "AWSCognitoIdentityProviderService";

async function ask(operation, body, options = {}) {
  const { cognito } = await config();
  const response = await send(cognito.endpoint, {
    method: "POST",
    headers: { "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": `${TARGET}.${operation}` },
    body: JSON.stringify(typeof body === "function" ? body(cognito.clientId) : body),
    ...options,
  });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  const type = String(answer.__type ?? "").split("#").pop();
  if (response.status >= 500) throw new Refusal("unavailable", { status: response.status });
  throw new Refusal(type || "unavailable", { detail: text.logIn.refusals[type] ?? text.logIn.refusals.other, status: response.status });
}

/** Tokens, or `{ChallengeName, Session}` when more is asked. */
export const logIn = (name, password) =>
  ask("InitiateAuth", (ClientId) => ({
    ClientId,
    AuthFlow: "USER_PASSWORD_AUTH",
    AuthParameters: { USERNAME: name, PASSWORD: password },
  }));

export const refresh = (token) =>
  ask("InitiateAuth", (ClientId) => ({ ClientId, AuthFlow: "REFRESH_TOKEN_AUTH", AuthParameters: { REFRESH_TOKEN: token } }));

export const answerChallenge = (challenge, name, answers) =>
  ask("RespondToAuthChallenge", (ClientId) => ({
    ClientId,
    ChallengeName: challenge.ChallengeName,
    Session: challenge.Session,
    ChallengeResponses: { USERNAME: challenge.ChallengeParameters?.USER_ID_FOR_SRP ?? name, ...answers },
  }));

export const sendResetCode = (name) => ask("ForgotPassword", (ClientId) => ({ ClientId, Username: name }));

export const resetPassword = (name, code, password) =>
  ask("ConfirmForgotPassword", (ClientId) => ({ ClientId, Username: name, ConfirmationCode: code, Password: password }));

export const revoke = (token) => ask("RevokeToken", (ClientId) => ({ ClientId, Token: token }), { keepalive: true });

export const readAccount = (accessToken) => ask("GetUser", { AccessToken: accessToken });

export const associateApp = (accessToken) => ask("AssociateSoftwareToken", { AccessToken: accessToken });

export const verifyApp = (accessToken, code) => ask("VerifySoftwareToken", { AccessToken: accessToken, UserCode: code });

/** Have the log-in ask for a code of the app, or no longer. */
export const preferApp = (accessToken, isWanted) =>
  ask("SetUserMFAPreference", { AccessToken: accessToken, SoftwareTokenMfaSettings: { Enabled: isWanted, PreferredMfa: isWanted } });

export const changeEmail = (accessToken, email) =>
  ask("UpdateUserAttributes", { AccessToken: accessToken, UserAttributes: [{ Name: "email", Value: email }] });

export const confirmEmail = (accessToken, code) =>
  ask("VerifyUserAttribute", { AccessToken: accessToken, AttributeName: "email", Code: code });
