"use strict";
// The page of partners' engineers. Tokens live in this script's memory alone: a reload logs out.
(() => {
  const at = (id) => document.getElementById(id);
  const WORDS = {
    accepted: "已接受 accepted", waiting: "待确认 waiting", held: "挂账 held",
    unreadable: "无法识别 unreadable", refused: "已拒绝 refused",
  };
  let tokens = null, challenge = null, base = null, next = null;

  const shown = (time) => time ? new Date(time).toLocaleString("zh-CN", { timeZone: "Asia/Shanghai", hour12: false }) : "—";

  function say(problem) {
    at("problem").textContent = problem || "";
    at("problem").hidden = !problem;
    if (problem) at("problem").scrollIntoView({ block: "nearest" });
  }

  async function ask(method, path, body, again = true) {
    const headers = { "Accept-Language": "zh-CN" };
    if (tokens) headers.Authorization = `Bearer ${tokens.access_token}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (method !== "GET") headers["Idempotency-Key"] = crypto.randomUUID ? crypto.randomUUID() : String(Math.random());
    const answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    if (answer.status === 401 && tokens && again && path !== "/api/identity/sessions/refresh") {
      const fresh = await fetch("/api/identity/sessions/refresh", {
        method: "POST", headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ refresh_token: tokens.refresh_token }),
      });
      if (!fresh.ok) { leave(); throw new Error("登录已过期，请重新登录。 Log in again."); }
      tokens = await fresh.json();
      return ask(method, path, body, false);
    }
    const told = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
    if (!answer.ok) {
      const wrong = (told.errors || []).map((one) => one.detail || "").filter(Boolean).join(" ");
      const error = new Error(`${told.detail || told.title || answer.status} ${wrong}`.trim());
      error.type = told.type;
      throw error;
    }
    return told;
  }

  function guarded(work) {
    return async (event) => {
      if (event) event.preventDefault();
      const button = event && (event.submitter || event.currentTarget);
      if (button) button.disabled = true;
      say();
      try { await work(event); } catch (error) { say(error.message); } finally { if (button) button.disabled = false; }
    };
  }

  function pair(list, name, value) {
    const box = document.createElement("div"), term = document.createElement("dt"), said = document.createElement("dd");
    term.textContent = name;
    said.textContent = value === null || value === undefined || value === "" ? "—" : String(value);
    box.append(term, said);
    list.append(box);
  }

  async function enter() {
    const me = await ask("GET", "/api/identity/me");
    if (!me.partner) { await leave(); throw new Error("这个账号不是合作方账号。 This is no partner's account."); }
    for (const one of ["/api/partner/payments", "/api/partner/parcels"]) {
      try {
        await ask("GET", `${one}/health`);
        base = one;
        break;
      } catch (error) { if (error.type !== "/problems/partner-not-here") throw error; }
    }
    if (!base) throw new Error("您的渠道尚未启用，请联系平台运维。 Your channel is not configured; ask the operators.");
    at("who").textContent = `${me.partner} · ${me.badge_no}`;
    at("who").hidden = at("desk").hidden = false;
    at("login").hidden = true;
    await Promise.all([health(), list(), keys()]);
  }

  async function leave() {
    const had = tokens;
    if (had) await fetch("/api/identity/sessions/current", {
      method: "DELETE", headers: { Authorization: `Bearer ${had.access_token}` },
    }).catch(() => {});
    tokens = challenge = base = null;
    at("login").reset();
    at("login").hidden = false;
    at("factor").hidden = at("first").hidden = at("desk").hidden = at("who").hidden = true;
    for (const id of ["deliveries", "health", "keys"]) at(id).replaceChildren();
  }

  async function logIn() {
    const form = at("login").elements;
    if (challenge) {
      const passed = await ask("POST", "/api/identity/sessions/second-factor", { challenge, code: form.code.value });
      challenge = null;
      tokens = passed;
    } else if (!tokens) {
      const answer = await ask("POST", "/api/identity/sessions", { badge_no: form.badge_no.value, password: form.password.value });
      if (answer.challenge) {
        challenge = answer.challenge;
        at("factor").hidden = false;
        form.code.focus();
        return;
      }
      tokens = answer;
    }
    if (tokens.second_factor_enrolment_required) throw new Error("请先绑定身份验证器：POST /api/identity/me/second-factor。 Enrol an authenticator first, by that call.");
    if (tokens.password_change_required) {
      if (!form.new_password.value) { at("first").hidden = false; form.new_password.focus(); return; }
      await ask("PUT", "/api/identity/password", { current_password: form.password.value, new_password: form.new_password.value });
      tokens = null;
      tokens = await ask("POST", "/api/identity/sessions", { badge_no: form.badge_no.value, password: form.new_password.value });
    }
    await enter();
  }

  async function health() {
    const told = await ask("GET", `${base}/health`), here = at("health"), calls = told.calls;
    here.replaceChildren();
    pair(here, "最近一次推送 Last delivery", shown(told.last_at));
    pair(here, "最近一次接受 Last accepted", shown(told.last_accepted_at));
    pair(here, "拒绝：一小时 / 一天 Refused: hour / day", `${told.refused_last_hour} / ${told.refused_last_day}`);
    pair(here, "待确认 Waiting", told.waiting ? `${told.waiting}（自 since ${shown(told.oldest_waiting_at)}）` : 0);
    pair(here, "待人工处理 Held for a person", told.held);
    pair(here, "我方下次查询 Our next query", told.tries ? `${shown(told.next_try_at)}（${told.tries}）` : "—");
    if (calls) {
      pair(here, "我方调用 Our calls", `成功 ok ${calls.done} · 拒绝 refused ${calls.refused} · 无应答 unknown ${calls.unknown}`);
      pair(here, "平均应答 Mean answer", calls.mean_ms === null ? "—" : `${calls.mean_ms} ms`);
      if (calls.last_cause) pair(here, "最近一次无应答 Last without answer", `${shown(calls.last_unknown_at)} ${calls.last_cause}`);
    }
  }

  function question(cursor) {
    const form = at("filter").elements, query = new URLSearchParams({ limit: "25" });
    for (const name of ["verdict", "number"]) if (form[name].value.trim()) query.set(name, form[name].value.trim());
    if (form.since.value) query.set("since", `${form.since.value}:00+08:00`);
    if (cursor) query.set("cursor", cursor);
    return query;
  }

  async function list(cursor) {
    const page = await ask("GET", `${base}/deliveries?${question(cursor)}`);
    if (!cursor) at("deliveries").replaceChildren();
    page.items.forEach((one) => at("deliveries").append(row(one)));
    next = page.next;
    at("more").hidden = !next;
    at("none").hidden = at("deliveries").children.length > 0;
  }

  function row(one) {
    const made = at("row").content.cloneNode(true).firstElementChild, cells = made.children;
    cells[0].textContent = shown(one.at);
    cells[1].querySelector("strong").textContent = WORDS[one.verdict] || one.verdict;
    cells[1].querySelector("strong").className = one.verdict;
    cells[1].querySelector("small").textContent = one.reason;
    const [zh, en] = cells[2].querySelectorAll(":scope > span");
    zh.textContent = one.zh;
    en.textContent = one.en;
    const more = cells[2].querySelector("dl");
    pair(more, "请求编号 Request id", one.request_id);
    pair(more, "事件 Event", one.event);
    pair(more, "接收地址 Door", one.door);
    pair(more, "字节 Bytes", one.size);
    pair(more, "SHA-256", one.sha256);
    pair(more, "最近一次 Last time", shown(one.last_at));
    cells[3].querySelector("code").textContent = one.number || "";
    cells[4].textContent = one.copies;
    const button = cells[5].querySelector("button");
    button.hidden = !one.can_redrive;
    button.addEventListener("click", guarded(async () => {
      const done = await ask("POST", `${base}/deliveries/${one.id}/redrive`);
      made.replaceWith(row(done.delivery));
      say(done.changed ? "已重新处理。 Applied again." : "已重新处理，结果不变。 Applied again; nothing changed.");
      await health();
    }));
    return made;
  }

  async function keys() {
    const here = at("keys");
    here.replaceChildren();
    if (base !== "/api/partner/parcels") return;
    const told = await ask("GET", `${base}/keys`).catch((error) => { if (error.type === "/problems/not-found") return null; throw error; });
    if (!told || !told.issued_here) return;
    const table = document.createElement("ul");
    for (const one of told.items) {
      const line = document.createElement("li");
      line.textContent = `${one.state_zh} ${one.state} · ${one.source_zh} · ${shown(one.issued_at)} · 止 until ${shown(one.ends_at)} `;
      if (one.can_revoke) {
        const button = document.createElement("button");
        button.textContent = "立即停用 Revoke";
        button.addEventListener("click", guarded(async () => { await ask("POST", `${base}/keys/${one.id}/revoke`); await keys(); }));
        line.append(button);
      }
      table.append(line);
    }
    const until = document.createElement("input"), button = document.createElement("button"), label = document.createElement("label");
    until.type = "datetime-local";
    label.append("旧密钥有效至（北京，默认七天） Old ones until (Beijing; 7 days) ", until, " ");
    button.textContent = "签发新密钥 Issue a new key";
    button.addEventListener("click", guarded(async () => {
      const made = await ask("POST", `${base}/keys`, until.value ? { old_until: `${until.value}:00+08:00` } : {});
      await keys();
      const box = document.createElement("p");
      box.className = "secret";
      box.textContent = `新的推送地址，只显示这一次 The new address, shown this once: ${location.origin}${made.address}`;
      here.prepend(box);
    }));
    here.append(table, label, button);
  }

  at("login").addEventListener("submit", guarded(logIn));
  at("filter").addEventListener("submit", guarded(() => list()));
  at("more").addEventListener("click", guarded(() => list(next)));
  at("leave").addEventListener("click", guarded(leave));
})();
