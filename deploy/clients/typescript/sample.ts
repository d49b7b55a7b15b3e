// One case from log-in to review, as a web page would do it. It is compiled, not run: what the types say is the test.

import createClient from "openapi-fetch";
import type { components, paths } from "./api";

type Case = components["schemas"]["CaseDetail"];
type Problem = components["schemas"]["ProblemDocument"];

const api = createClient<paths>({ baseUrl: "/" });

/** What went wrong as a person should read it. */
function sentence(problem: Problem): string {
  const fields = (problem.errors ?? []).map((error) => `${error.path}: ${error.message}`);
  return [problem.detail, ...fields].join("\n");
}

function told<T>(answer: { data?: T; error?: Problem }): T {
  if (answer.data === undefined) {
    throw new Error(answer.error ? sentence(answer.error) : "no answer");
  }
  return answer.data;
}

const once = () => ({ "Idempotency-Key": crypto.randomUUID() });

async function logIn(phone: string, code: string): Promise<string> {
  const session = told(await api.POST("/api/identity/sessions", { body: { phone, code } }));
  if (!("access_token" in session)) {
    throw new Error("officers prove a second factor first"); // the types know that there are two answers
  }
  return session.access_token;
}

async function apply(item: string, answers: Record<string, unknown>): Promise<string> {
  const draft = told(await api.POST("/api/cases", { body: { item_code: item, branch: "XC", answers: {} } }));
  const path = { case_id: draft.id };
  const saved = told(await api.GET("/api/cases/{case_id}/answers", { params: { path } }));
  await api.PUT("/api/cases/{case_id}/answers", {
    params: { path },
    body: { answers, version: saved.version },
  });
  // Without the key this does not compile: it is required where something would hurt twice.
  told(await api.POST("/api/cases/{case_id}/submit", { params: { path, header: once() } }));
  return draft.id;
}

async function pay(caseId: string): Promise<string> {
  const orders = told(await api.GET("/api/payments/orders", { params: { query: { case_id: caseId } } }));
  const order = orders.items.find((one) => one.can_pay);
  if (order === undefined) {
    throw new Error("nothing to pay");
  }
  const attempt = told(
    await api.POST("/api/payments/orders/{order_id}/attempts", {
      params: { path: { order_id: order.id }, header: once() },
      body: { channel: "bank", scene: "web" },
    }),
  );
  if (attempt.pay_url === null) {
    throw new Error("in this scene there is no page to open");
  }
  return attempt.pay_url;
}

async function review(caseId: string): Promise<void> {
  told(
    await api.POST("/api/reviews", {
      body: { case_id: caseId, level: "very_satisfied", tags: ["efficiency"], text: "很快" },
    }),
  );
}

export async function walk(phone: string, code: string, answers: Record<string, unknown>): Promise<Case> {
  const token = await logIn(phone, code);
  api.use({ onRequest: ({ request }) => request.headers.set("Authorization", `Bearer ${token}`) });
  const caseId = await apply("HUZHENG-003", answers);
  location.assign(await pay(caseId));
  await review(caseId);
  return told(await api.GET("/api/cases/{case_id}", { params: { path: { case_id: caseId } } }));
}
