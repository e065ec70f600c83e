// bench/retrieval/locomo.ts
import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
function readLocomo(path2) {
  if (!statSync(path2).isFile()) return void 0;
  const samples = JSON.parse(readFileSync(path2, "utf8"));
  if (!Array.isArray(samples) || !samples.every(isSample)) return void 0;
  return {
    name: basename(path2, ".json"),
    conversations: samples.map(toConversation),
    groups: { "1\u20134": ["1", "2", "3", "4"] }
  };
}
function isSample(value) {
  return typeof value === "object" && value !== null && "conversation" in value && "qa" in value;
}
function toConversation({ sample_id, conversation, qa }) {
  const sessions = Object.entries(conversation).flatMap(([key, turns]) => {
    if (typeof turns === "string" || !/^session_\d+$/.test(key)) return [];
    return [
      {
        source: key,
        createdAt: parseDate(String(conversation[`${key}_date_time`])),
        turns: turns.map(({ dia_id, speaker, text, blip_caption }) => ({
          id: dia_id,
          text: `${speaker}: ${text}${blip_caption ? ` [image: ${blip_caption}]` : ""}`,
          role: speaker === conversation.speaker_a ? "user" : "assistant"
        }))
      }
    ];
  });
  const known = new Set(sessions.flatMap(({ turns }) => turns.map(({ id }) => id)));
  const questions = qa.map(({ question, category, evidence }) => {
    return { text: question, category: String(category), evidence: parseEvidence(evidence, known) };
  });
  return { name: sample_id, sessions, questions: questions.filter((one) => one.evidence.length) };
}
function parseEvidence(evidence, known) {
  const ids = evidence.flatMap(
    (text) => [...text.matchAll(/D:?(\d+):(\d+)/g)].map(
      ([, session, turn]) => `D${Number(session)}:${Number(turn)}`
    )
  );
  return [...new Set(ids)].filter((id) => known.has(id));
}
function parseDate(text) {
  const [time, day] = text.split(" on ");
  const at2 = Date.parse(`${day} ${time} UTC`);
  if (Number.isNaN(at2)) throw new Error(`"${text}" is no date of LoCoMo.`);
  return new Date(at2).toISOString();
}

// src/storage/sqlite/open.ts
import { closeSync, existsSync, mkdirSync, openSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import DatabaseHandle from "better-sqlite3";
import { Kysely, sql as sql14 } from "kysely";

// src/core/errors.ts
var ERROR_CODES = [
  "not_found",
  "invalid_argument",
  "conflict",
  "limit_exceeded",
  "read_only",
  "busy",
  "model_unavailable",
  "storage_full",
  "unauthorized",
  "unsupported",
  "internal"
];
var UserError = class extends Error {
  code;
  constructor(code, message, options) {
    super(message, options);
    this.name = "UserError";
    this.code = code;
  }
};

// src/storage/agents.ts
import { z as z3 } from "zod";

// src/core/agent.ts
var AGENT_TYPES = ["memgpt_agent", "letta_v1_agent"];
var DEFAULT_CONTEXT_WINDOW = 32e3;
var SUMMARY_METHODS = ["model", "extract"];

// src/core/agent-settings.ts
import { z } from "zod";
var COMPACTION_MODES = ["summarize", "drop"];
var AgentSettings = z.object({
  /** Share of the context window at which the oldest turns are put aside before a call is made. */
  compactionThreshold: z.number().min(0.3).max(0.95).default(0.8),
  /** Share of the context window that is in use after that. */
  compactionTarget: z.number().min(0.1).max(0.9).default(0.5),
  /** `summarize`: what is put aside leaves a summary; `drop`: it leaves nothing in sight. */
  compactionMode: z.enum(COMPACTION_MODES).default("summarize"),
  /** Model that writes summaries; null: the agent's own. */
  summaryModel: z.string().nullable().default(null),
  /** Every message starts from memory alone. */
  messageBufferAutoclear: z.boolean().default(false),
  /** IANA name of the zone in which the agent is told times. */
  timezone: z.string().default("UTC"),
  temperature: z.number().min(0).max(2).nullable().default(null),
  maxOutputTokens: z.number().int().min(1).nullable().default(null),
  /** Calls that only read may be made side by side. */
  parallelToolCalls: z.boolean().default(false)
});
var DEFAULT_SETTINGS = AgentSettings.parse({});

// src/core/ids.ts
import { randomUUID } from "node:crypto";
var UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
function newId(prefix) {
  return `${prefix}-${randomUUID()}`;
}
function isId(prefix, value) {
  return value.startsWith(`${prefix}-`) && UUID.test(value.slice(prefix.length + 1));
}
function storedId(prefix, value) {
  if (!isId(prefix, value))
    throw new Error(`the database holds "${value}" where a ${prefix} id belongs`);
  return value;
}

// src/core/page.ts
function encodeCursor(...position) {
  return Buffer.from(`v1:${position.join(":")}`).toString("base64url");
}
function decodeCursor(cursor, length = 1) {
  if (cursor === void 0) return void 0;
  const match = /^v1((?::-?\d{1,15})+)$/.exec(Buffer.from(cursor, "base64url").toString());
  const position = match?.[1]?.slice(1).split(":").map(Number);
  if (position?.length === length) return position;
  throw notACursor();
}
function encodeKeyCursor(at2, id) {
  return Buffer.from(`v1:${at2},${id}`).toString("base64url");
}
function decodeKeyCursor(cursor) {
  if (cursor === void 0) return void 0;
  const match = /^v1:([\d:.TZ-]{24}),([a-z0-9-]{1,64})$/.exec(
    Buffer.from(cursor, "base64url").toString()
  );
  const [, at2, id] = match ?? [];
  if (at2 === void 0 || id === void 0) throw notACursor();
  return { at: at2, id };
}
function notACursor() {
  return new UserError(
    "invalid_argument",
    "The cursor is not one that this tool gave out. Leave it out to start from the first page."
  );
}
function pageOf(rows, limit, toItem, positionOf) {
  const shown = rows.slice(0, limit);
  const items = shown.map(toItem);
  const last = shown.at(-1);
  return rows.length > limit && last ? { items, nextCursor: encodeCursor(...positionOf(last)) } : { items };
}

// src/core/tool-rule.ts
import { z as z2 } from "zod";
var toolName = z2.string();
var children = z2.array(z2.string()).readonly();
var cases = z2.array(z2.object({ equals: z2.string(), tool: z2.string() }).readonly()).readonly();
var ToolRule = z2.discriminatedUnion("type", [
  z2.object({ type: z2.literal("run_first"), toolName }).readonly(),
  z2.object({ type: z2.literal("exit_loop"), toolName }).readonly(),
  z2.object({ type: z2.literal("continue_loop"), toolName }).readonly(),
  z2.object({ type: z2.literal("constrain_child_tools"), toolName, children }).readonly(),
  z2.object({ type: z2.literal("parent_last_tool"), toolName, children }).readonly(),
  z2.object({
    type: z2.literal("conditional"),
    toolName,
    /** The first that fits counts. */
    cases,
    /** What follows where none fits; null: anything may, or nothing if a match is required. */
    defaultChild: z2.string().nullable(),
    requireMatch: z2.boolean()
  }).readonly(),
  z2.object({ type: z2.literal("max_count_per_step"), toolName, limit: z2.int() }).readonly(),
  z2.object({ type: z2.literal("required_before_exit"), toolName }).readonly(),
  z2.object({ type: z2.literal("requires_approval"), toolName }).readonly()
]);
var ToolRules = z2.array(ToolRule).readonly();

// src/core/event.ts
var CHANGE_KINDS = ["agent", "block", "archive", "run", "messages"];

// src/storage/changes.ts
var KEPT = 1e4;
async function recordChange(db2, namespace, kind, subjectId, at2) {
  const { seq } = await db2.insertInto("event").values({ namespace, kind, subject_id: subjectId, at: at2 }).returning("seq").executeTakeFirstOrThrow();
  if (seq % 500 === 0) {
    await db2.deleteFrom("event").where("seq", "<=", seq - KEPT).execute();
  }
}
function changeReads(db2) {
  return {
    async head() {
      const row = await db2.selectFrom("event").select((eb) => eb.fn.max("seq").as("seq")).executeTakeFirst();
      return row?.seq ?? 0;
    },
    async after(seq, limit) {
      const rows = await db2.selectFrom("event").select(["seq", "namespace", "kind", "subject_id"]).where("seq", ">", seq).orderBy("seq").limit(limit).execute();
      return rows.flatMap((row) => {
        const kind = CHANGE_KINDS.find((known) => known === row.kind);
        return kind ? [{ seq: row.seq, namespace: row.namespace, kind, subjectId: row.subject_id }] : [];
      });
    }
  };
}

// src/storage/contains.ts
import { sql } from "kysely";
function contains(columns, text) {
  const pattern = (part) => `%${part.replaceAll(/[\\%_]/g, "\\$&")}%`;
  const tests = columns.flatMap((column) => [
    sql`${sql.ref(column)} LIKE ${pattern(text)} ESCAPE '\\'`,
    sql`lower(${sql.ref(column)}) LIKE ${pattern(text.toLowerCase())} ESCAPE '\\'`
  ]);
  return sql`(${sql.join(tests, sql` OR `)})`;
}

// src/storage/delete-agent.ts
import { sql as sql2 } from "kysely";
async function deleteAgent(scope, id, at2) {
  const { db: db2, namespace, dialect: dialect2 } = scope;
  const archives = await onlyWith(scope, id, "agent_archive", "archive_id");
  const blocks = await onlyWith(scope, id, "agent_block", "block_id");
  const messages = await db2.selectFrom("message").select("row").where("namespace", "=", namespace).where("agent_id", "=", id).execute();
  const passages = archives.length === 0 ? [] : await db2.selectFrom("passage").select("row").where("namespace", "=", namespace).where("archive_id", "in", archives).execute();
  const rows = (found) => found.map(({ row }) => row);
  await dialect2.textSearch.remove(db2, "message", rows(messages));
  await dialect2.textSearch.remove(db2, "passage", rows(passages));
  const { numDeletedRows } = await db2.deleteFrom("agent").where("namespace", "=", namespace).where("id", "=", id).executeTakeFirst();
  if (numDeletedRows === 0n) return false;
  await remove(scope, "archive", archives);
  await remove(scope, "block", blocks);
  await recordChange(db2, namespace, "agent", id, at2);
  return true;
}
async function onlyWith({ db: db2, namespace }, agentId, table2, column) {
  const { rows } = await sql2`
    SELECT mine.${sql2.ref(column)} AS id FROM ${sql2.table(table2)} AS mine
    WHERE mine.namespace = ${namespace} AND mine.agent_id = ${agentId} AND NOT EXISTS (
      SELECT 1 FROM ${sql2.table(table2)} AS other
      WHERE other.namespace = mine.namespace AND other.${sql2.ref(column)} = mine.${sql2.ref(column)}
        AND other.agent_id <> mine.agent_id
    )`.execute(db2);
  return rows.map((row) => row.id);
}
async function remove({ db: db2, namespace }, table2, ids) {
  if (ids.length === 0) return;
  await db2.deleteFrom(table2).where("namespace", "=", namespace).where("id", "in", ids).execute();
}

// src/storage/agents.ts
var Names = z3.array(z3.string());
var Type = z3.enum(AGENT_TYPES);
var Method = z3.enum(SUMMARY_METHODS);
function agentReads({ db: db2, namespace }) {
  async function withTags(rows) {
    if (rows.length === 0) return [];
    const tags = await db2.selectFrom("agent_tag").select(["agent_id", "tag"]).where("namespace", "=", namespace).where(
      "agent_id",
      "in",
      rows.map((row) => row.id)
    ).orderBy("position").execute();
    return rows.map(
      (row) => toAgent(
        row,
        tags.filter((tag) => tag.agent_id === row.id).map((tag) => tag.tag)
      )
    );
  }
  const all = () => db2.selectFrom("agent").selectAll().where("namespace", "=", namespace);
  return {
    async get(id) {
      const [agent] = await withTags(await all().where("id", "=", id).execute());
      return agent;
    },
    async named(name, limit) {
      return withTags(await all().where("name", "=", name).orderBy("row").limit(limit).execute());
    },
    async list({ query, tags = [], limit, cursor }) {
      const [before] = decodeCursor(cursor) ?? [];
      let select = all().orderBy("row", "desc").limit(limit + 1);
      if (before !== void 0) select = select.where("row", "<", before);
      if (query !== void 0 && query !== "") {
        select = select.where(contains(["name", "description"], query));
      }
      for (const tag of tags) {
        select = select.where(
          "id",
          "in",
          (eb) => eb.selectFrom("agent_tag").select("agent_id").where("namespace", "=", namespace).where("tag", "=", tag)
        );
      }
      const rows = await select.execute();
      const items = await withTags(rows.slice(0, limit));
      const last = rows[limit - 1];
      return rows.length > limit && last ? { items, nextCursor: encodeCursor(last.row) } : { items };
    },
    async contextState(id) {
      const agent = await db2.selectFrom("agent").select([
        "context_from",
        "token_ratio",
        "pressure_told",
        "learned_window",
        "summaries_from"
      ]).where("namespace", "=", namespace).where("id", "=", id).executeTakeFirst();
      const summary = await db2.selectFrom("summary").selectAll().where("namespace", "=", namespace).where("agent_id", "=", id).where("to_seq", ">=", agent?.summaries_from ?? 1).orderBy("row", "desc").limit(1).executeTakeFirst();
      return {
        from: agent?.context_from ?? 1,
        tokenRatio: agent?.token_ratio ?? 1,
        pressureTold: agent?.pressure_told === 1,
        learnedWindow: agent?.learned_window ?? null,
        summariesFrom: agent?.summaries_from ?? 1,
        summary: summary ? toSummary(summary) : null
      };
    },
    async counts(id) {
      const agent = await db2.selectFrom("agent").select("last_message").where("namespace", "=", namespace).where("id", "=", id).executeTakeFirst();
      const archives = await db2.selectFrom("archive").innerJoin(
        "agent_archive",
        (join) => join.onRef("agent_archive.namespace", "=", "archive.namespace").onRef("agent_archive.archive_id", "=", "archive.id")
      ).select("passage_count").where("agent_archive.namespace", "=", namespace).where("agent_archive.agent_id", "=", id).execute();
      const passages = archives.reduce((sum, archive) => sum + archive.passage_count, 0);
      return { messages: agent?.last_message ?? 0, passages };
    }
  };
}
function agentWrites(scope) {
  const { db: db2, namespace } = scope;
  async function setTags(agentId, tags) {
    await db2.deleteFrom("agent_tag").where("namespace", "=", namespace).where("agent_id", "=", agentId).execute();
    const unique = [...new Set(tags)];
    if (unique.length === 0) return;
    await db2.insertInto("agent_tag").values(unique.map((tag, position) => ({ namespace, agent_id: agentId, tag, position }))).execute();
  }
  return {
    async insert(agent) {
      await db2.insertInto("agent").values({
        namespace,
        id: agent.id,
        name: agent.name,
        description: agent.description,
        agent_type: agent.agentType,
        model: agent.model,
        context_window: agent.contextWindow,
        learned_window: null,
        system: agent.system,
        tools: JSON.stringify(agent.tools),
        settings: JSON.stringify(agent.settings),
        tool_rules: JSON.stringify(agent.toolRules),
        last_message: 0,
        created_at: agent.createdAt,
        updated_at: agent.updatedAt
      }).execute();
      await setTags(agent.id, agent.tags);
      await recordChange(db2, namespace, "agent", agent.id, agent.createdAt);
    },
    async update(id, { tags, tools, toolRules: toolRules2, contextWindow, settings, ...patch }, at2) {
      const { numUpdatedRows } = await db2.updateTable("agent").set({
        ...patch,
        ...tools && { tools: JSON.stringify(tools) },
        ...settings && { settings: JSON.stringify(settings) },
        ...toolRules2 && { tool_rules: JSON.stringify(toolRules2) },
        ...contextWindow !== void 0 && { context_window: contextWindow },
        updated_at: at2
      }).where("namespace", "=", namespace).where("id", "=", id).executeTakeFirst();
      if (numUpdatedRows === 0n) return false;
      if (tags) await setTags(id, tags);
      await recordChange(db2, namespace, "agent", id, at2);
      return true;
    },
    async setContext(id, { from, summary, ...state }, at2) {
      const changes = {
        ...from !== void 0 && { context_from: from },
        ...state.tokenRatio !== void 0 && { token_ratio: state.tokenRatio },
        ...state.pressureTold !== void 0 && { pressure_told: Number(state.pressureTold) },
        ...state.summariesFrom !== void 0 && { summaries_from: state.summariesFrom },
        ...state.learnedWindow !== void 0 && { learned_window: state.learnedWindow }
      };
      if (Object.keys(changes).length > 0) {
        await db2.updateTable("agent").set(changes).where("namespace", "=", namespace).where("id", "=", id).execute();
      }
      if (summary) {
        await db2.insertInto("summary").values({
          namespace,
          id: summary.id,
          agent_id: id,
          text: summary.text,
          from_seq: summary.fromSeq,
          to_seq: summary.toSeq,
          until: summary.until,
          method: summary.method,
          created_at: at2
        }).execute();
      }
      if (from !== void 0) await recordChange(db2, namespace, "agent", id, at2);
    },
    delete: (id, at2) => deleteAgent(scope, id, at2)
  };
}
function toSummary(row) {
  return {
    id: storedId("summary", row.id),
    text: row.text,
    fromSeq: row.from_seq,
    toSeq: row.to_seq,
    until: row.until,
    method: Method.parse(row.method)
  };
}
function toAgent(row, tags) {
  return {
    id: storedId("agent", row.id),
    name: row.name,
    description: row.description,
    agentType: Type.parse(row.agent_type),
    model: row.model,
    contextWindow: row.context_window,
    system: row.system,
    tags,
    tools: Names.parse(JSON.parse(row.tools)),
    settings: AgentSettings.parse(JSON.parse(row.settings)),
    toolRules: ToolRules.parse(JSON.parse(row.tool_rules)),
    createdAt: row.created_at,
    updatedAt: row.updated_at
  };
}

// src/core/clock.ts
function toTimestamp(milliseconds) {
  return new Date(milliseconds).toISOString();
}

// src/storage/approvals.ts
function approvalWrites({ db: db2, namespace }) {
  return {
    async refuseCall(id) {
      const { numUpdatedRows } = await db2.updateTable("tool_call").set({ state: "done", status: "error", effect: "none" }).where("namespace", "=", namespace).where("id", "=", id).where("state", "<>", "done").executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async awaitApproval(id, at2) {
      const { numUpdatedRows } = await db2.updateTable("run").set({ status: "requires_approval", stop_reason: "requires_approval", paused_at: at2 }).where("namespace", "=", namespace).where("id", "=", id).where("status", "=", "running").executeTakeFirst();
      if (numUpdatedRows === 1n) await recordChange(db2, namespace, "run", id, at2);
      return numUpdatedRows === 1n;
    },
    async answerApproval(id, { approved, reason }) {
      const { numUpdatedRows } = await db2.updateTable("tool_call").set({ approval: approved ? "approved" : "denied", approval_reason: reason }).where("namespace", "=", namespace).where("id", "=", id).where("approval", "=", "pending").where("state", "<>", "done").executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async resume(id, at2) {
      const run2 = await db2.selectFrom("run").select(["started_at", "paused_at"]).where("namespace", "=", namespace).where("id", "=", id).where("status", "=", "requires_approval").executeTakeFirst();
      if (!run2) return false;
      const { numUpdatedRows } = await db2.updateTable("run").set({
        status: "queued",
        stop_reason: null,
        started_at: later(run2.started_at, run2.paused_at, at2),
        paused_at: null
      }).where("namespace", "=", namespace).where("id", "=", id).where("status", "=", "requires_approval").executeTakeFirst();
      if (numUpdatedRows === 1n) await recordChange(db2, namespace, "run", id, at2);
      return numUpdatedRows === 1n;
    }
  };
}
function later(started, paused, now) {
  if (started === null || paused === null) return started;
  return toTimestamp(Date.parse(started) + Math.max(0, Date.parse(now) - Date.parse(paused)));
}

// src/storage/block-versions.ts
import { sql as sql3 } from "kysely";
import { z as z4 } from "zod";
var Outsider = z4.enum(["client", "import"]);
function versionReads({ db: db2, namespace }) {
  const attachments = (agentId, at2) => db2.selectFrom("agent_block").select(["row", "block_id"]).where("namespace", "=", namespace).where("agent_id", "=", agentId).where("attached_at", "<=", at2).unionAll(
    db2.selectFrom("past_attachment").select(["attachment as row", "block_id"]).where("namespace", "=", namespace).where("agent_id", "=", agentId).where("attached_at", "<=", at2).where("detached_at", ">", at2)
  ).orderBy("row").execute();
  async function blockAt(id, at2) {
    const row = await db2.selectFrom("block_version").innerJoin(
      "block",
      (join) => join.onRef("block.namespace", "=", "block_version.namespace").onRef("block.id", "=", "block_version.block_id")
    ).selectAll("block_version").select(["block.label", "block.created_at"]).where("block_version.namespace", "=", namespace).where("block_version.block_id", "=", id).where("block_version.at", "<=", at2).orderBy("block_version.version", "desc").limit(1).executeTakeFirst();
    return row && {
      id: storedId("block", row.block_id),
      label: row.label,
      value: row.value,
      description: row.description,
      limit: row.value_limit,
      readOnly: row.read_only === 1,
      version: row.version,
      createdAt: row.created_at,
      updatedAt: row.at
    };
  }
  return {
    async versions(id, { limit, cursor }) {
      const [before] = decodeCursor(cursor) ?? [];
      let select = db2.selectFrom("block_version").select(["version", "at", "author", "agent_id", "run_id", "call_id", "reason"]).select(sql3`length(value)`.as("chars")).where("namespace", "=", namespace).where("block_id", "=", id).orderBy("version", "desc").limit(limit + 1);
      if (before !== void 0) select = select.where("version", "<", before);
      const rows = await select.execute();
      const items = rows.slice(0, limit).map((row) => ({
        version: row.version,
        at: row.at,
        author: toAuthor(row),
        reason: row.reason,
        chars: row.chars
      }));
      const last = items.at(-1);
      return rows.length > limit && last ? { items, nextCursor: encodeCursor(last.version) } : { items };
    },
    async valueAt(id, version) {
      const row = await db2.selectFrom("block_version").select("value").where("namespace", "=", namespace).where("block_id", "=", id).where("version", "=", version).executeTakeFirst();
      return row?.value;
    },
    async asOf(agentId, at2) {
      const blocks = [];
      for (const { block_id } of await attachments(agentId, at2)) {
        const block = await blockAt(block_id, at2);
        if (block) blocks.push(block);
      }
      return blocks;
    }
  };
}
function toAuthor(row) {
  if (row.author !== "agent") return { kind: Outsider.parse(row.author) };
  return {
    kind: "agent",
    agentId: storedId("agent", row.agent_id ?? ""),
    runId: storedId("run", row.run_id ?? ""),
    callId: storedId("call", row.call_id ?? "")
  };
}

// src/storage/blocks.ts
function blockReads(scope) {
  const { db: db2, namespace } = scope;
  const attached = () => db2.selectFrom("agent_block").innerJoin(
    "block",
    (join) => join.onRef("block.namespace", "=", "agent_block.namespace").onRef("block.id", "=", "agent_block.block_id")
  ).selectAll("block").where("agent_block.namespace", "=", namespace);
  return {
    ...versionReads(scope),
    async list({ query = "", limit, cursor }) {
      const last = decodeKeyCursor(cursor);
      let select = db2.selectFrom("block").selectAll().where("namespace", "=", namespace).orderBy("created_at", "desc").orderBy("id").limit(limit + 1);
      if (query !== "") {
        select = select.where(
          (eb) => eb.or([contains(["label", "description", "value"], query), eb("id", "=", query)])
        );
      }
      if (last) {
        select = select.where(
          (eb) => eb.or([
            eb("created_at", "<", last.at),
            eb.and([eb("created_at", "=", last.at), eb("id", ">", last.id)])
          ])
        );
      }
      const items = (await select.execute()).map(toBlock);
      const end = items.length > limit ? items[limit - 1] : void 0;
      return {
        items: items.slice(0, limit),
        ...end && { nextCursor: encodeKeyCursor(end.createdAt, end.id) }
      };
    },
    async get(id) {
      const row = await db2.selectFrom("block").selectAll().where("namespace", "=", namespace).where("id", "=", id).executeTakeFirst();
      return row && toBlock(row);
    },
    async find(agentId, label) {
      const row = await attached().where("agent_block.agent_id", "=", agentId).where("agent_block.label", "=", label).executeTakeFirst();
      return row && toBlock(row);
    },
    async ofAgent(agentId) {
      const rows = await attached().where("agent_block.agent_id", "=", agentId).orderBy("agent_block.row").execute();
      return rows.map(toBlock);
    },
    async agentsOf(id) {
      const rows = await db2.selectFrom("agent_block").select("agent_id").where("namespace", "=", namespace).where("block_id", "=", id).orderBy("row").execute();
      return rows.map((row) => storedId("agent", row.agent_id));
    }
  };
}
function blockWrites({ db: db2, namespace }) {
  async function recordVersion(block, { author, at: at2, reason }) {
    await db2.insertInto("block_version").values({
      namespace,
      block_id: block.id,
      version: block.version,
      value: block.value,
      description: block.description,
      value_limit: block.limit,
      read_only: Number(block.readOnly),
      at: at2,
      author: author.kind,
      agent_id: author.kind === "agent" ? author.agentId : null,
      run_id: author.kind === "agent" ? author.runId : null,
      call_id: author.kind === "agent" ? author.callId : null,
      reason: reason ?? null
    }).execute();
    await recordChange(db2, namespace, "block", block.id, at2);
  }
  return {
    async insert(fields, note) {
      const block = { ...fields, version: 1, createdAt: note.at, updatedAt: note.at };
      await db2.insertInto("block").values({
        namespace,
        id: block.id,
        label: block.label,
        value: block.value,
        description: block.description,
        value_limit: block.limit,
        read_only: Number(block.readOnly),
        version: block.version,
        created_at: block.createdAt,
        updated_at: block.updatedAt
      }).execute();
      await recordVersion(block, note);
      return block;
    },
    async update(block, patch, note) {
      const at2 = later2(note.at, block.updatedAt);
      const next = { ...block, ...patch, version: block.version + 1, updatedAt: at2 };
      const { numUpdatedRows } = await db2.updateTable("block").set({
        value: next.value,
        description: next.description,
        value_limit: next.limit,
        read_only: Number(next.readOnly),
        version: next.version,
        updated_at: next.updatedAt
      }).where("namespace", "=", namespace).where("id", "=", block.id).where("version", "=", block.version).executeTakeFirst();
      if (numUpdatedRows !== 1n)
        throw new Error("the block is not the one read in this transaction");
      await recordVersion(next, { ...note, at: at2 });
      return next;
    },
    async attach(agentId, block, at2) {
      const { numInsertedOrUpdatedRows } = await db2.insertInto("agent_block").values({
        namespace,
        agent_id: agentId,
        label: block.label,
        block_id: block.id,
        attached_at: at2
      }).onConflict((conflict) => conflict.columns(["namespace", "agent_id", "label"]).doNothing()).executeTakeFirst();
      if (numInsertedOrUpdatedRows !== 1n) return false;
      await recordChange(db2, namespace, "agent", agentId, at2);
      return true;
    },
    async detach(agentId, id, at2) {
      const attachment = await db2.deleteFrom("agent_block").where("namespace", "=", namespace).where("agent_id", "=", agentId).where("block_id", "=", id).returning(["row", "attached_at"]).executeTakeFirst();
      if (!attachment) return false;
      await db2.insertInto("past_attachment").values({
        namespace,
        attachment: attachment.row,
        agent_id: agentId,
        block_id: id,
        attached_at: attachment.attached_at,
        detached_at: at2
      }).execute();
      await recordChange(db2, namespace, "agent", agentId, at2);
      return true;
    }
  };
}
function later2(a, b) {
  if (a < b) return b;
  return a;
}
function toBlock(row) {
  return {
    id: storedId("block", row.id),
    label: row.label,
    value: row.value,
    description: row.description,
    limit: row.value_limit,
    readOnly: row.read_only === 1,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at
  };
}

// src/storage/claims.ts
import { sql as sql5 } from "kysely";

// src/storage/runs.ts
import { sql as sql4 } from "kysely";
import { z as z6 } from "zod";

// src/core/run.ts
var RUN_STATUSES = [
  "queued",
  "running",
  "waiting",
  "requires_approval",
  "completed",
  "failed",
  "cancelled"
];
var STOP_REASONS = [
  "end_turn",
  "tool_rule",
  "max_steps",
  "budget",
  "no_progress",
  "requires_approval",
  "cancelled",
  "refusal",
  "output_truncated",
  "model_error",
  "context_overflow",
  "interrupted"
];
var WAITS = ["retry", "client"];
var APPROVALS = ["pending", "approved", "denied"];
var FINISHES = ["stop", "length", "refusal"];

// src/storage/tool-calls.ts
import { z as z5 } from "zod";
var Effect = z5.enum(["database", "readonly", "idempotent", "once", "none"]);
var State = z5.enum(["planned", "started", "done"]);
var Status = z5.enum(["success", "error"]).nullable();
var Approved = z5.enum(APPROVALS).nullable();
function callReads({ db: db2, namespace }) {
  return {
    async calls(runId) {
      const rows = await db2.selectFrom("step").innerJoin(
        "tool_call",
        (join) => join.onRef("tool_call.namespace", "=", "step.namespace").onRef("tool_call.step_id", "=", "step.id")
      ).selectAll("tool_call").select("step.number").where("step.namespace", "=", namespace).where("step.run_id", "=", runId).orderBy("step.number").orderBy("tool_call.call_index").execute();
      return rows.map((row) => ({ ...toStepCall(row), step: row.number }));
    }
  };
}
function toStepCall(call) {
  return {
    id: storedId("call", call.id),
    index: call.call_index,
    name: call.name,
    arguments: call.arguments,
    effect: Effect.parse(call.effect),
    state: State.parse(call.state),
    status: Status.parse(call.status),
    approval: Approved.parse(call.approval),
    approvalReason: call.approval_reason
  };
}

// src/storage/runs.ts
function isOpen(status) {
  return sql4`${sql4.ref(status)} IN ('queued', 'running', 'waiting', 'requires_approval')`;
}
var Status2 = z6.enum(RUN_STATUSES);
var Waiting = z6.enum(WAITS).nullable();
var Stop = z6.enum(STOP_REASONS).nullable();
var Warnings = z6.array(z6.string());
var Failure = z6.object({ code: z6.enum(ERROR_CODES), message: z6.string(), hint: z6.string() });
function runReads({ db: db2, namespace }) {
  const all = () => db2.selectFrom("run").selectAll("run").select((eb) => {
    const steps = eb.selectFrom("step").whereRef("step.namespace", "=", "run.namespace").whereRef("step.run_id", "=", "run.id");
    return [
      steps.select((step) => step.fn.sum("prompt_tokens").as("sum")).as("prompt_tokens"),
      steps.select((step) => step.fn.sum("completion_tokens").as("sum")).as("completion_tokens"),
      steps.select((step) => step.fn.sum("total_tokens").as("sum")).as("total_tokens"),
      steps.select((step) => step.fn.sum("cached_tokens").as("sum")).as("cached_tokens"),
      steps.where("step.state", "<>", "model").select((step) => step.fn.countAll().as("count")).as("steps")
    ];
  }).where("run.namespace", "=", namespace);
  return {
    async get(id) {
      const row = await all().where("run.id", "=", id).executeTakeFirst();
      return row && toRun(row);
    },
    async byIdempotencyKey(agentId, key) {
      const row = await all().where("run.agent_id", "=", agentId).where("run.idempotency_key", "=", key).executeTakeFirst();
      return row && toRun(row);
    },
    async blocking(agentId, id) {
      const row = await all().where("run.agent_id", "=", agentId).where("run.status", "in", ["waiting", "requires_approval"]).where(
        "run.row",
        "<",
        (eb) => eb.selectFrom("run as own").select("own.row").where("own.namespace", "=", namespace).where("own.id", "=", id)
      ).orderBy("run.row").limit(1).executeTakeFirst();
      return row && toRun(row);
    },
    async isAtWork(agentId) {
      const row = await db2.selectFrom("run").select("id").where("namespace", "=", namespace).where("agent_id", "=", agentId).where(isOpen("status")).limit(1).executeTakeFirst();
      return row !== void 0;
    },
    async hasItsTurn(id) {
      const earlier = await db2.selectFrom("run as own").innerJoin(
        "run as earlier",
        (join) => join.onRef("earlier.namespace", "=", "own.namespace").onRef("earlier.agent_id", "=", "own.agent_id").onRef("earlier.row", "<", "own.row")
      ).select("earlier.row").where("own.namespace", "=", namespace).where("own.id", "=", id).where(isOpen("earlier.status")).limit(1).executeTakeFirst();
      return earlier === void 0;
    },
    async cancelledBehind(id) {
      const own = await db2.selectFrom("run").select(["row", "agent_id"]).where("namespace", "=", namespace).where("id", "=", id).executeTakeFirstOrThrow();
      const cancelled = await db2.selectFrom("run").select("id").where("row", ">", own.row).where(sql4`namespace || '' = ${namespace} AND agent_id || '' = ${own.agent_id}`).where("status", "=", "cancelled").where("started_at", "is", null).execute();
      if (cancelled.length === 0) return [];
      const ids = cancelled.map((run2) => run2.id);
      return (await all().where("run.id", "in", ids).orderBy("run.row").execute()).map(toRun);
    },
    async currentStep(runId) {
      const step = await db2.selectFrom("step").selectAll().where("namespace", "=", namespace).where("run_id", "=", runId).where("state", "<>", "done").executeTakeFirst();
      if (!step) return void 0;
      const calls = await db2.selectFrom("tool_call").selectAll().where("namespace", "=", namespace).where("step_id", "=", step.id).orderBy("call_index").execute();
      return {
        id: storedId("step", step.id),
        number: step.number,
        state: z6.enum(["model", "tools"]).parse(step.state),
        finish: z6.enum(FINISHES).nullable().parse(step.finish),
        calls: calls.map(toStepCall)
      };
    },
    async lastStep(runId) {
      const row = await db2.selectFrom("step").select((eb) => eb.fn.max("number").as("number")).where("namespace", "=", namespace).where("run_id", "=", runId).executeTakeFirst();
      return row?.number ?? 0;
    }
  };
}
function toRun(row) {
  return {
    id: storedId("run", row.id),
    agentId: storedId("agent", row.agent_id),
    status: Status2.parse(row.status),
    stopReason: Stop.parse(row.stop_reason),
    waitingFor: Waiting.parse(row.waiting_for),
    retryAt: row.retry_at,
    input: row.input,
    idempotencyKey: row.idempotency_key,
    maxSteps: row.max_steps,
    cancelRequested: row.cancel_requested === 1,
    usage: {
      promptTokens: Number(row.prompt_tokens ?? 0),
      completionTokens: Number(row.completion_tokens ?? 0),
      totalTokens: Number(row.total_tokens ?? 0),
      cachedTokens: Number(row.cached_tokens ?? 0),
      steps: Number(row.steps ?? 0)
    },
    error: row.error === null ? null : Failure.parse(JSON.parse(row.error)),
    warnings: Warnings.parse(JSON.parse(row.warnings)),
    createdAt: row.created_at,
    startedAt: row.started_at,
    completedAt: row.completed_at
  };
}

// src/storage/claims.ts
function createClaims(reader, transact, scopeOf) {
  return {
    async next(claim) {
      if (!await oldestFree(reader, claim)) return void 0;
      return transact(async (trx) => {
        const free = await oldestFree(trx, claim);
        if (!free) return void 0;
        const fence = await takeLease(trx, free, claim);
        await trx.updateTable("run").set({ status: "running", waiting_for: null, retry_at: null }).where("namespace", "=", free.namespace).where("id", "=", free.id).execute();
        await recordChange(trx, free.namespace, "run", free.id, claim.now);
        const run2 = await runReads(scopeOf(free.namespace, trx)).get(storedId("run", free.id));
        if (!run2) throw new Error("a claimed run is gone inside its transaction");
        const lease = {
          namespace: free.namespace,
          agentId: run2.agentId,
          owner: claim.owner,
          fence
        };
        return { run: run2, lease };
      });
    },
    async owners() {
      const { rows } = await sql5`
        SELECT owner FROM lease WHERE owner <> ''
        UNION SELECT accepted_by FROM run WHERE accepted_by <> '' AND ${isOpen("status")}
      `.execute(reader);
      return rows.map((row) => row.owner);
    },
    async abandon(owner, at2) {
      await transact(async (trx) => {
        await trx.updateTable("lease").set({ owner: "", expires_at: "" }).where("owner", "=", owner).execute();
        const runs = await trx.updateTable("run").set({ accepted_by: "" }).where("accepted_by", "=", owner).where(isOpen("status")).returning(["namespace", "id"]).execute();
        for (const { namespace, id } of runs) {
          await recordChange(trx, namespace, "run", id, at2);
        }
      });
    }
  };
}
async function oldestFree(db2, claim) {
  return db2.selectFrom("run").leftJoin(
    "lease",
    (join) => join.onRef("lease.namespace", "=", "run.namespace").onRef("lease.agent_id", "=", "run.agent_id")
  ).select(["run.namespace", "run.id", "run.agent_id"]).where(isOpen("run.status")).where(
    ({ eb, and, or }) => or([
      eb("run.status", "in", ["queued", "running"]),
      and([eb("run.waiting_for", "=", "retry"), eb("run.retry_at", "<=", claim.now)])
    ])
  ).where(
    ({ eb, or }) => or([eb("lease.expires_at", "is", null), eb("lease.expires_at", "<", claim.now)])
  ).where(({ eb, and, or, fn }) => {
    const freeSince = fn.coalesce("run.retry_at", "run.started_at", "run.created_at");
    return or([
      eb("run.accepted_by", "in", [claim.owner, ""]),
      // Its lease has run out under somebody who does not stir any more.
      and([eb("run.status", "=", "running"), eb("lease.owner", "<>", "")]),
      and([
        eb("run.accepted_by", "not in", ["", ...claim.living ?? []]),
        eb(freeSince, "<", claim.orphanedBefore)
      ]),
      eb(freeSince, "<", claim.strandedBefore ?? "")
    ]);
  }).where(
    ({ not, exists, selectFrom }) => not(
      exists(
        selectFrom("run as earlier").select("earlier.row").whereRef("earlier.namespace", "=", "run.namespace").whereRef("earlier.agent_id", "=", "run.agent_id").whereRef("earlier.row", "<", "run.row").where(isOpen("earlier.status"))
      )
    )
  ).orderBy(sql5`run.row + 0`).limit(1).executeTakeFirst();
}
async function takeLease(trx, run2, claim) {
  const { fence } = await trx.insertInto("lease").values({
    namespace: run2.namespace,
    agent_id: run2.agent_id,
    owner: claim.owner,
    fence: 1,
    expires_at: claim.expiresAt
  }).onConflict(
    (conflict) => conflict.columns(["namespace", "agent_id"]).doUpdateSet({
      owner: claim.owner,
      fence: sql5`lease.fence + 1`,
      expires_at: claim.expiresAt
    })
  ).returning("fence").executeTakeFirstOrThrow();
  return fence;
}

// src/storage/message-cache.ts
var MOST_ENTRIES = 1e4;
var LARGEST_TOKENS = 2e3;
function createMessageCache() {
  const messages = /* @__PURE__ */ new Map();
  return {
    find: (namespace, key) => messages.get(keyOf(namespace, key)),
    keep(namespace, message) {
      if (message.tokens > LARGEST_TOKENS) return message;
      const oldest = messages.size >= MOST_ENTRIES ? messages.keys().next() : void 0;
      if (oldest?.value !== void 0) messages.delete(oldest.value);
      messages.set(keyOf(namespace, message), message);
      return message;
    }
  };
}
function keyOf(namespace, { id, seq }) {
  return `${id} ${seq} ${namespace}`;
}

// src/storage/messages.ts
import { z as z7 } from "zod";

// src/core/message.ts
function spokenText(body) {
  return body.role === "assistant" ? body.said.join("\n") : body.text;
}

// src/search/words.ts
import { stemmer } from "stemmer";
var UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\u30FC]/u;
var UNSPACED_RUN = new RegExp(`${UNSPACED.source}+`, "gu");
var WORD = new RegExp("[\\p{L}\\p{N}\\p{Co}][\\p{L}\\p{N}\\p{M}\\p{Co}]*|\\p{So}", "gu");
var ACCENTED = new RegExp("([\\p{Script=Latin}\\p{Script=Greek}\\p{Script=Cyrillic}])\\p{M}+", "gu");
var SELECTORS = /\u200c|\u200d|[\uFE00-\uFE0F]/gu;
var HUMP = new RegExp("(\\p{Ll}|\\p{N})(?=\\p{Lu})|(\\p{Lu})(?=\\p{Lu}\\p{Ll})", "gu");
var INNER_CAPITAL = /.[A-Z]/;
var PLAIN = /^[\x20-\x7e\s]*$/;
function indexWords(text) {
  return wordsOf(text, (run2) => [...run2, ...pairs(run2)]).map(stem);
}
var stems = /* @__PURE__ */ new Map();
var MOST_STEMS = 5e4;
var ENGLISH = /^[a-z]{3,}$/;
function stem(word) {
  const known = stems.get(word);
  if (known !== void 0) return known;
  if (!ENGLISH.test(word)) return word;
  if (stems.size >= MOST_STEMS) stems.clear();
  const found = stemmer(word);
  stems.set(word, found);
  return found;
}
function wordsOf(text, cut) {
  if (PLAIN.test(text)) return plainWords(text);
  const words = [];
  const parts = text.replace(new RegExp("\\p{So}", "gu"), " $& ").replace(SELECTORS, "").normalize("NFKC");
  for (const [raw] of parts.matchAll(WORD)) {
    const word = fold(raw);
    if (UNSPACED.test(word)) {
      words.push(...cutRuns(word, cut));
      continue;
    }
    words.push(word);
    if (raw !== word) words.push(...humps(raw).map(fold));
  }
  return words;
}
function plainWords(text) {
  const words = [];
  for (const raw of text.match(/[A-Za-z0-9]+/g) ?? []) {
    const word = raw.toLowerCase();
    words.push(word);
    if (raw !== word && INNER_CAPITAL.test(raw))
      words.push(...humps(raw).map((part) => part.toLowerCase()));
  }
  return words;
}
function humps(raw) {
  const parts = raw.replace(HUMP, "$1$2 ").split(" ");
  return parts.length > 1 ? parts : [];
}
function fold(text) {
  return text.normalize("NFD").replace(ACCENTED, "$1").normalize("NFC").toLowerCase().replaceAll("\xDF", "ss").replaceAll("\u03C2", "\u03C3");
}
function cutRuns(word, cut) {
  const spaced = word.replace(UNSPACED_RUN, (run2) => ` ${cut([...run2]).join(" ")} `);
  return spaced.split(" ").filter((part) => part !== "");
}
function pairs(run2) {
  return run2.slice(1).map((character, index2) => `${run2[index2]}${character}`);
}

// src/storage/search-scope.ts
var SEARCHED_ROLES = ["user", "assistant", "system"];
function passageScope(namespace, archiveId, superseded) {
  return `${superseded ? "superseded" : ""}${oneWord(namespace, archiveId)}`;
}
function messageScope(namespace, agentId, role) {
  return `${role}${oneWord(namespace, agentId)}`;
}
function oneWord(namespace, id) {
  return `${Buffer.from(namespace).toString("hex")}x${id.replaceAll("-", "")}`;
}

// src/storage/messages.ts
var CallId = z7.string().transform((id) => storedId("call", id));
var Body = z7.discriminatedUnion("role", [
  z7.object({ role: z7.literal("user"), text: z7.string() }),
  z7.object({ role: z7.literal("system"), text: z7.string() }),
  z7.object({
    role: z7.literal("assistant"),
    text: z7.string(),
    reasoning: z7.string(),
    toolCalls: z7.array(z7.object({ id: CallId, name: z7.string(), arguments: z7.string() })),
    said: z7.array(z7.string())
  }),
  z7.object({
    role: z7.literal("tool"),
    callId: CallId,
    toolName: z7.string(),
    status: z7.enum(["success", "error"]),
    text: z7.string()
  })
]);
var MOST_RECENT = 1e3;
function messageReads(scope) {
  const { db: db2, namespace, messageCache } = scope;
  const toMessage = (row) => messageCache.keep(namespace, messageOf(row));
  const all = () => db2.selectFrom("message").selectAll("message").where("message.namespace", "=", namespace);
  const keys = () => db2.selectFrom("message").select(["id", "seq"]).where("namespace", "=", namespace);
  async function byKeys(wanted) {
    const known = new Map(wanted.map((key) => [key.id, messageCache.find(namespace, key)]));
    const unknown = wanted.map(({ id }) => id).filter((id) => !known.get(id));
    const rows = unknown.length === 0 ? [] : await all().where("id", "in", unknown).execute();
    for (const row of rows) known.set(row.id, toMessage(row));
    return wanted.flatMap(({ id }) => known.get(id) ?? []);
  }
  const spoken = (agentId) => all().where("agent_id", "=", agentId).where("message.text", "<>", "").where("role", "in", SEARCHED_ROLES);
  return {
    async recent(agentId, { messages = MOST_RECENT }) {
      const rows = await keys().where("agent_id", "=", agentId).orderBy("seq", "desc").limit(Math.min(messages, MOST_RECENT)).execute();
      return byKeys(rows.reverse());
    },
    async since(agentId, seq) {
      const rows = await keys().where("agent_id", "=", agentId).where("seq", ">=", seq).orderBy("seq").execute();
      return byKeys(rows);
    },
    async userMessageBefore(agentId, seq) {
      const rows = await keys().where("agent_id", "=", agentId).where("seq", "<", seq).where("role", "=", "user").orderBy("seq", "desc").limit(1).execute();
      const [message] = await byKeys(rows);
      return message;
    },
    async ofRun(runId) {
      const rows = await keys().where("run_id", "=", runId).orderBy("seq").execute();
      return byKeys(rows);
    },
    async around(agentId, id, each) {
      const [message] = await all().where("agent_id", "=", agentId).where("id", "=", id).execute();
      if (!message) return void 0;
      const beside = () => spoken(agentId).limit(each);
      const before = await beside().where("seq", "<", message.seq).orderBy("seq", "desc").execute();
      const after = await beside().where("seq", ">", message.seq).orderBy("seq").execute();
      return [...before.reverse(), message, ...after].map(toMessage);
    }
  };
}
function messageWrites({ db: db2, namespace, dialect: dialect2 }) {
  return {
    async append(agentId, messages) {
      if (messages.length === 0) return;
      const { last_message } = await db2.updateTable("agent").set((eb) => ({ last_message: eb("last_message", "+", messages.length) })).where("namespace", "=", namespace).where("id", "=", agentId).returning("last_message").executeTakeFirstOrThrow();
      const first = last_message - messages.length + 1;
      const rows = await db2.insertInto("message").values(
        messages.map(({ id, runId, tokens, createdAt, body }, index2) => ({
          namespace,
          agent_id: agentId,
          seq: first + index2,
          id,
          run_id: runId,
          role: body.role,
          text: spokenText(body),
          body: JSON.stringify(body),
          tokens,
          created_at: createdAt
        }))
      ).returning(["row", "role", "text", "created_at"]).execute();
      await dialect2.textSearch.add(
        db2,
        "message",
        rows.filter(({ text }) => text !== "").map(({ row, role, text }) => ({
          row,
          scope: messageScope(namespace, agentId, role),
          words: indexWords(text)
        }))
      );
      const last = rows.at(-1);
      if (last) await recordChange(db2, namespace, "messages", agentId, last.created_at);
    }
  };
}
function messageOf(row) {
  return {
    ...Body.parse(JSON.parse(row.body)),
    id: storedId("message", row.id),
    agentId: storedId("agent", row.agent_id),
    seq: row.seq,
    runId: row.run_id === null ? null : storedId("run", row.run_id),
    tokens: row.tokens,
    createdAt: row.created_at
  };
}

// src/storage/vectors/vector-sets.ts
var STILL_FILLING = "Found by words alone, as vectors are still being read into memory. Search again in a moment.";
async function servingSets({ db: db2, namespace }, kind, owners) {
  if (owners.length === 0) return [];
  const rows = await db2.selectFrom("vector_set").select(["row", "owner_id", "handle", "state"]).where("namespace", "=", namespace).where("kind", "=", kind).where("owner_id", "in", owners).where("dimension", "is not", null).orderBy("row").execute();
  const sets = /* @__PURE__ */ new Map();
  for (const { row, owner_id: owner, handle: handle2, state } of rows) {
    const serves = state === "serving";
    if (serves || !sets.get(owner)?.serves) sets.set(owner, { row, owner, handle: handle2, serves });
  }
  return [...sets.values()].map(({ row, owner, handle: handle2 }) => ({ row, owner, handle: handle2 }));
}
async function handlesOf(scope, kind, owners) {
  const sets = await servingSets(scope, kind, owners);
  return [...new Set(sets.map(({ handle: handle2 }) => handle2))];
}
async function meaningOf(scope, kind, owners, questions = [], upTo) {
  if (questions.length === 0 || upTo === 0) return void 0;
  const sets = await servingSets(scope, kind, owners);
  return sets.length === 0 ? void 0 : { sets, questions, upTo };
}

// src/storage/message-search.ts
function messageSearches(scope) {
  const { db: db2, namespace } = scope;
  const all = () => db2.selectFrom("message").selectAll("message").where("message.namespace", "=", namespace);
  async function browse(agentId, search2) {
    const { roles = SEARCHED_ROLES, exceptRun, after, before, limit, cursor } = search2;
    const [seq] = decodeCursor(cursor) ?? [];
    let select = all().where("agent_id", "=", agentId).where("message.text", "<>", "").where("role", "in", roles).orderBy("seq", "desc").limit(limit + 1);
    if (seq !== void 0) select = select.where("seq", "<", seq);
    if (exceptRun !== void 0) {
      select = select.where(
        (eb) => eb.or([eb("run_id", "is", null), eb("run_id", "<>", exceptRun)])
      );
    }
    if (after !== void 0) select = select.where("created_at", ">=", after);
    if (before !== void 0) select = select.where("created_at", "<=", before);
    const rows = await select.execute();
    return pageOf(
      rows,
      limit,
      (row) => ({ item: messageOf(row) }),
      (row) => [row.seq]
    );
  }
  async function rank(agentId, query, search2) {
    const { roles = SEARCHED_ROLES, exceptRun, after, before, limit, cursor } = search2;
    const [offset2 = 0, upTo, vectorsUpTo] = decodeCursor(cursor, 3) ?? [];
    if (roles.length === 0) return { items: [] };
    const answer = await scope.searchRanked({
      index: "message",
      namespace,
      query,
      limit,
      offset: offset2,
      upTo,
      meaning: await meaningOf(scope, "agent", [agentId], search2.questions, vectorsUpTo),
      filter: {
        owners: [agentId],
        scopes: roles.map((role) => messageScope(namespace, agentId, role)),
        roles,
        exceptRun,
        after,
        before
      }
    });
    const found = answer.hits.map((hit) => hit.row);
    const rows = found.length === 0 ? [] : await all().where("row", "in", found).execute();
    const byRow = new Map(rows.map((row) => [row.row, row]));
    const items = answer.hits.flatMap(({ row, score, foundBy }) => {
      const message = byRow.get(row);
      return message ? [{ item: messageOf(message), score, foundBy }] : [];
    });
    const { more, isFilling } = answer;
    return {
      items,
      ...more && { nextCursor: encodeCursor(offset2 + limit, answer.upTo, answer.vectorsUpTo) },
      ...isFilling && { warnings: [STILL_FILLING] }
    };
  }
  return {
    async search(agentId, search2) {
      return search2.query === void 0 ? browse(agentId, search2) : rank(agentId, search2.query, search2);
    },
    embeddings: (agentId) => handlesOf(scope, "agent", [agentId])
  };
}

// src/storage/migrate.ts
import { sql as sql6 } from "kysely";
async function migrate(options) {
  const { db: db2, dialect: dialect2, migrations } = options;
  const known = migrations.length;
  const found = await readVersion(db2, options);
  if (found > known) throw newerDatabase(found, known);
  if (found === known) return known;
  await db2.transaction().execute(async (trx) => {
    const version = await readVersion(trx, options);
    if (version > known) throw newerDatabase(version, known);
    if (version > 0 && version < known) await options.backup(version);
    if (version === 0 && !await options.hasVersionTable(trx)) {
      await sql6`CREATE TABLE schema_version (version INTEGER NOT NULL)`.execute(trx);
      await sql6`INSERT INTO schema_version (version) VALUES (0)`.execute(trx);
    }
    for (const migration of migrations.slice(version)) await migration(trx, dialect2);
    await trx.updateTable("schema_version").set({ version: known }).execute();
  });
  return known;
}
async function readVersion(db2, { hasVersionTable: hasVersionTable2 }) {
  if (!await hasVersionTable2(db2)) return 0;
  const row = await db2.selectFrom("schema_version").select("version").executeTakeFirst();
  return row?.version ?? 0;
}
async function assertVersion(trx, known) {
  const { version } = await trx.selectFrom("schema_version").select("version").executeTakeFirstOrThrow();
  if (version === known) return;
  throw new UserError(
    "unsupported",
    `The data was migrated to schema ${version} by a newer Recollect while this one (schema ${known}) was running; nothing was written. Restart this server with the newer version.`
  );
}
function newerDatabase(found, known) {
  return new UserError(
    "unsupported",
    `The data was written by a newer Recollect (schema ${found}; this one knows ${known}) and was left as it is. Update Recollect, or set RECOLLECT_HOME to another directory.`
  );
}

// src/storage/passage-rows.ts
async function toPassages({ db: db2, namespace }, rows) {
  if (rows.length === 0) return [];
  const tags = await db2.selectFrom("passage_tag").select(["passage_id", "tag"]).where("namespace", "=", namespace).where(
    "passage_id",
    "in",
    rows.map((row) => row.id)
  ).orderBy("tag").execute();
  const byPassage = /* @__PURE__ */ new Map();
  for (const { passage_id, tag } of tags) {
    const known = byPassage.get(passage_id);
    if (known) known.push(tag);
    else byPassage.set(passage_id, [tag]);
  }
  return rows.map((row) => ({
    id: storedId("passage", row.id),
    archiveId: storedId("archive", row.archive_id),
    text: row.text,
    tags: byPassage.get(row.id) ?? [],
    source: row.source,
    createdAt: row.created_at,
    supersededBy: row.superseded_by === null ? null : storedId("passage", row.superseded_by),
    foundCount: row.found_count,
    lastFoundAt: row.last_found_at
  }));
}
async function archivesOf({ db: db2, namespace }, agentId) {
  const rows = await db2.selectFrom("agent_archive").select("archive_id").where("namespace", "=", namespace).where("agent_id", "=", agentId).orderBy("archive_id").execute();
  return rows.map((row) => row.archive_id);
}

// src/storage/passage-search.ts
function passageSearches(scope) {
  const { db: db2, namespace } = scope;
  const all = () => db2.selectFrom("passage").selectAll("passage").where("passage.namespace", "=", namespace);
  async function browse(archives, search2) {
    const { limit, cursor, after, before, includeSuperseded } = search2;
    const [time, row] = decodeCursor(cursor, 2) ?? [];
    let select = all().where("archive_id", "in", archives).orderBy("passage.created_at", "desc").orderBy("passage.row", "desc").limit(limit + 1);
    if (!includeSuperseded) select = select.where("superseded_by", "is", null);
    if (after !== void 0) select = select.where("passage.created_at", ">=", after);
    if (before !== void 0) select = select.where("passage.created_at", "<=", before);
    if (time !== void 0 && row !== void 0) {
      const at2 = toTimestamp(time);
      select = select.where(
        (eb) => eb.or([
          eb("passage.created_at", "<", at2),
          eb.and([eb("passage.created_at", "=", at2), eb("passage.row", "<", row)])
        ])
      );
    }
    for (const anyOf of wantedTags(search2)) {
      select = select.where(
        (eb) => eb.exists(
          eb.selectFrom("passage_tag").select("tag").whereRef("passage_tag.namespace", "=", "passage.namespace").whereRef("passage_tag.passage_id", "=", "passage.id").where("tag", "in", anyOf)
        )
      );
    }
    const rows = await select.execute();
    const passages = await toPassages(scope, rows);
    return pageOf(
      rows.flatMap((row2, index2) => passages[index2] ? [{ row: row2, item: passages[index2] }] : []),
      limit,
      ({ item }) => ({ item }),
      ({ row: row2 }) => [Date.parse(row2.created_at), row2.row]
    );
  }
  async function rank(archives, query, search2) {
    const { limit, cursor, after, before, includeSuperseded } = search2;
    const [offset2 = 0, upTo, vectorsUpTo] = decodeCursor(cursor, 3) ?? [];
    const variants = includeSuperseded ? [false, true] : [false];
    const filter = {
      owners: archives,
      scopes: archives.flatMap(
        (id) => variants.map((variant) => passageScope(namespace, id, variant))
      ),
      after,
      before,
      tags: wantedTags(search2),
      includeSuperseded
    };
    const answer = await scope.searchRanked({
      index: "passage",
      namespace,
      query,
      limit,
      offset: offset2,
      upTo,
      meaning: await meaningOf(scope, "archive", archives, search2.questions, vectorsUpTo),
      filter
    });
    const found = new Map(answer.hits.map((hit) => [hit.row, hit]));
    const rows = found.size === 0 ? [] : await all().where("passage.row", "in", [...found.keys()]).execute();
    const passages = await toPassages(scope, rows);
    const byRow = new Map(rows.map((row, index2) => [row.row, passages[index2]]));
    const items = answer.hits.flatMap(({ row, score, foundBy }) => {
      const item = byRow.get(row);
      return item ? [{ item, score, foundBy }] : [];
    });
    const { more, isFilling } = answer;
    return {
      items,
      ...more && { nextCursor: encodeCursor(offset2 + limit, answer.upTo, answer.vectorsUpTo) },
      ...isFilling && { warnings: [STILL_FILLING] }
    };
  }
  return {
    async search(agentId, search2) {
      const archives = await archivesOf(scope, agentId);
      if (archives.length === 0) return { items: [] };
      return search2.query === void 0 ? browse(archives, search2) : rank(archives, search2.query, search2);
    },
    async embeddings(agentId) {
      return handlesOf(scope, "archive", await archivesOf(scope, agentId));
    }
  };
}
function wantedTags({ tags = [], matchAllTags }) {
  if (tags.length === 0) return [];
  return matchAllTags ? tags.map((tag) => [tag]) : [tags];
}

// src/storage/passage-writes.ts
import { createHash } from "node:crypto";
function passageWrites(scope) {
  const { db: db2, namespace, dialect: dialect2 } = scope;
  async function addTags(tags) {
    if (tags.length === 0) return;
    await db2.insertInto("passage_tag").values(tags.map((tag) => ({ namespace, ...tag }))).onConflict((conflict) => conflict.columns(["namespace", "passage_id", "tag"]).doNothing()).execute();
  }
  async function lastPosition(archiveId, source) {
    const last = await db2.selectFrom("passage").select("position").where("namespace", "=", namespace).where("archive_id", "=", archiveId).where("source", "=", source).where("source", "<>", "").orderBy("position", "desc").limit(1).executeTakeFirst();
    return last?.position ?? 0;
  }
  async function count(archiveId, change) {
    await db2.updateTable("archive").set((eb) => ({ passage_count: eb("passage_count", "+", change) })).where("namespace", "=", namespace).where("id", "=", archiveId).execute();
  }
  async function stored(archiveId, digests) {
    const rows = await db2.selectFrom("passage").select(["id", "digest", "created_at"]).where("namespace", "=", namespace).where("archive_id", "=", archiveId).where("digest", "in", digests).execute();
    return new Map(
      rows.map((row) => [
        row.digest,
        { id: storedId("passage", row.id), createdAt: row.created_at }
      ])
    );
  }
  async function add(archiveId, passages, at2) {
    const positions = /* @__PURE__ */ new Map();
    for (const { source } of passages) {
      if (source !== "" && !positions.has(source))
        positions.set(source, await lastPosition(archiveId, source));
    }
    const next = (source) => {
      if (source === "") return 0;
      const position = (positions.get(source) ?? 0) + 1;
      positions.set(source, position);
      return position;
    };
    const rows = await db2.insertInto("passage").values(
      passages.map(({ id, text, source, digest, createdAt }) => ({
        namespace,
        id,
        archive_id: archiveId,
        text,
        source,
        digest,
        position: next(source),
        superseded_by: null,
        last_found_at: null,
        created_at: createdAt,
        inserted_at: at2
      }))
    ).returning(["row", "id"]).execute();
    const texts = new Map(passages.map(({ id, text }) => [id, text]));
    const scope2 = passageScope(namespace, archiveId, false);
    await dialect2.textSearch.add(
      db2,
      "passage",
      rows.map(({ row, id }) => ({ row, scope: scope2, words: indexWords(texts.get(id) ?? "") }))
    );
    await count(archiveId, rows.length);
  }
  async function setSuperseded(passages, by) {
    if (passages.length === 0) return;
    const rows = passages.map(({ row }) => row);
    await db2.updateTable("passage").set({ superseded_by: by }).where("row", "in", rows).execute();
    await dialect2.textSearch.remove(db2, "passage", rows);
    await dialect2.textSearch.add(
      db2,
      "passage",
      passages.map(({ row, text, archive_id }) => ({
        row,
        scope: passageScope(namespace, archive_id, by !== null),
        words: indexWords(text)
      }))
    );
  }
  return {
    async createArchive(agentId, { id, name, at: at2 }) {
      await db2.insertInto("archive").values({ namespace, id, name, created_at: at2 }).execute();
      await db2.insertInto("agent_archive").values({ namespace, agent_id: agentId, archive_id: id, is_default: 1 }).execute();
      await recordChange(db2, namespace, "archive", id, at2);
    },
    async insert(passages, at2) {
      const [some] = passages;
      if (!some) return [];
      const digested = passages.map((passage) => ({ ...passage, digest: digestOf(passage) }));
      const known = await stored(
        some.archiveId,
        digested.map(({ digest }) => digest)
      );
      const fresh = [];
      const results = digested.map((passage) => {
        const same = known.get(passage.digest);
        if (same) return { ...same, duplicate: true };
        known.set(passage.digest, { id: passage.id, createdAt: passage.createdAt });
        fresh.push(passage);
        return { id: passage.id, createdAt: passage.createdAt, duplicate: false };
      });
      if (fresh.length > 0) await add(some.archiveId, fresh, at2);
      await addTags(
        digested.flatMap(
          ({ tags }, index2) => tags.map((tag) => ({ passage_id: results[index2]?.id ?? "", tag }))
        )
      );
      await recordChange(db2, namespace, "archive", some.archiveId, at2);
      return results;
    },
    async supersede(agentId, old, id, at2) {
      const archives = await archivesOf(scope, agentId);
      if (archives.length === 0) return false;
      const passage = await db2.selectFrom("passage").select(["row", "text", "archive_id"]).where("namespace", "=", namespace).where("id", "=", old).where("archive_id", "in", archives).where("superseded_by", "is", null).executeTakeFirst();
      if (!passage) return false;
      await setSuperseded([passage], id);
      await recordChange(db2, namespace, "archive", passage.archive_id, at2);
      return true;
    },
    async recordFound(agentId, ids, at2) {
      const archives = await archivesOf(scope, agentId);
      if (ids.length === 0 || archives.length === 0) return;
      await db2.updateTable("passage").set((eb) => ({ found_count: eb("found_count", "+", 1), last_found_at: at2 })).where("namespace", "=", namespace).where("id", "in", ids).where("archive_id", "in", archives).execute();
    },
    async delete(agentId, id, at2) {
      const archives = await archivesOf(scope, agentId);
      if (archives.length === 0) return false;
      const removed = await db2.deleteFrom("passage").where("namespace", "=", namespace).where("id", "=", id).where("archive_id", "in", archives).returning(["row", "archive_id"]).executeTakeFirst();
      if (!removed) return false;
      await dialect2.textSearch.remove(db2, "passage", [removed.row]);
      await count(removed.archive_id, -1);
      const replaced = await db2.selectFrom("passage").select(["row", "text", "archive_id"]).where("namespace", "=", namespace).where("superseded_by", "=", id).execute();
      await setSuperseded(replaced, null);
      await recordChange(db2, namespace, "archive", removed.archive_id, at2);
      return true;
    }
  };
}
function digestOf({ source, text }) {
  return createHash("sha256").update(`${source.length}:${source}${text}`).digest("hex");
}

// src/storage/passages.ts
function passageReads(scope) {
  const { db: db2, namespace } = scope;
  const all = () => db2.selectFrom("passage").selectAll("passage").where("passage.namespace", "=", namespace);
  return {
    async find(id) {
      const [passage] = await toPassages(scope, await all().where("passage.id", "=", id).execute());
      return passage;
    },
    async around(agentId, id, each) {
      const archives = await archivesOf(scope, agentId);
      if (archives.length === 0) return void 0;
      const [row] = await all().where("passage.id", "=", id).where("archive_id", "in", archives).execute();
      if (!row) return void 0;
      if (row.source === "") return toPassages(scope, [row]);
      const beside = () => all().where("archive_id", "=", row.archive_id).where("source", "=", row.source).where("source", "<>", "").limit(each);
      const before = await beside().where("position", "<", row.position).orderBy("position", "desc").execute();
      const after = await beside().where("position", ">", row.position).orderBy("position").execute();
      return toPassages(scope, [...before.reverse(), row, ...after]);
    },
    async defaultArchive(agentId) {
      const row = await db2.selectFrom("agent_archive").select("archive_id").where("namespace", "=", namespace).where("agent_id", "=", agentId).where("is_default", "=", 1).executeTakeFirst();
      return row && storedId("archive", row.archive_id);
    }
  };
}

// src/storage/run-writes.ts
function runWrites({ db: db2, namespace }) {
  const changed = (result) => result.numUpdatedRows === 1n;
  const updateRun = (id) => db2.updateTable("run").where("namespace", "=", namespace).where("id", "=", id);
  return {
    async insert(run2) {
      await db2.insertInto("run").values({
        namespace,
        id: run2.id,
        agent_id: run2.agentId,
        accepted_by: run2.acceptedBy,
        status: "queued",
        stop_reason: null,
        input: run2.input,
        idempotency_key: run2.idempotencyKey,
        max_steps: run2.maxSteps,
        cancel_requested: 0,
        waiting_for: null,
        retry_at: null,
        error: null,
        warnings: "[]",
        created_at: run2.createdAt,
        started_at: null,
        paused_at: null,
        completed_at: null
      }).execute();
      await recordChange(db2, namespace, "run", run2.id, run2.createdAt);
    },
    async start(id, at2) {
      const started = changed(
        await updateRun(id).where("started_at", "is", null).set({ started_at: at2 }).executeTakeFirst()
      );
      if (started) await recordChange(db2, namespace, "run", id, at2);
      return started;
    },
    async hold(lease, expiresAt) {
      return changed(
        await db2.updateTable("lease").set({ expires_at: expiresAt }).where("namespace", "=", namespace).where("agent_id", "=", lease.agentId).where("owner", "=", lease.owner).where("fence", "=", lease.fence).executeTakeFirst()
      );
    },
    async release(lease) {
      await db2.updateTable("lease").set({ owner: "", expires_at: "" }).where("namespace", "=", namespace).where("agent_id", "=", lease.agentId).where("owner", "=", lease.owner).where("fence", "=", lease.fence).execute();
    },
    async requestCancel(id, at2) {
      const requested = changed(
        await updateRun(id).where(isOpen("status")).set({ cancel_requested: 1 }).executeTakeFirst()
      );
      if (requested) await recordChange(db2, namespace, "run", id, at2);
      return requested;
    },
    async openStep({ id, runId, number, at: at2 }) {
      await db2.insertInto("step").values({
        namespace,
        id,
        run_id: runId,
        number,
        state: "model",
        attempts: 1,
        model: null,
        finish: null,
        prompt_tokens: 0,
        completion_tokens: 0,
        total_tokens: 0,
        cached_tokens: 0,
        started_at: at2,
        completed_at: null
      }).execute();
    },
    async recordAnswer(stepId, { model, finish, calls, usage }) {
      const recorded = changed(
        await db2.updateTable("step").set({
          state: "tools",
          model,
          finish,
          prompt_tokens: usage.promptTokens,
          completion_tokens: usage.completionTokens,
          total_tokens: usage.totalTokens,
          cached_tokens: usage.cachedTokens
        }).where("namespace", "=", namespace).where("id", "=", stepId).where("state", "=", "model").executeTakeFirst()
      );
      if (!recorded || calls.length === 0) return recorded;
      await db2.insertInto("tool_call").values(
        calls.map((call) => ({
          namespace,
          id: call.id,
          step_id: stepId,
          call_index: call.index,
          name: call.name,
          arguments: call.arguments,
          effect: call.effect,
          state: call.effect === "none" ? "done" : "planned",
          status: call.effect === "none" ? "error" : null,
          attempts: 0,
          approval: call.needsApproval ? "pending" : null,
          approval_reason: null
        }))
      ).execute();
      return true;
    },
    async startCall(id) {
      return changed(
        await db2.updateTable("tool_call").set((eb) => ({ state: "started", attempts: eb("attempts", "+", 1) })).where("namespace", "=", namespace).where("id", "=", id).where("state", "<>", "done").executeTakeFirst()
      );
    },
    async finishCall(id, status) {
      return changed(
        await db2.updateTable("tool_call").set({ state: "done", status }).where("namespace", "=", namespace).where("id", "=", id).where("state", "<>", "done").executeTakeFirst()
      );
    },
    async closeStep(stepId, at2) {
      return changed(
        await db2.updateTable("step").set({ state: "done", completed_at: at2 }).where("namespace", "=", namespace).where("id", "=", stepId).where("state", "<>", "done").executeTakeFirst()
      );
    },
    async postpone(id, waiting, at2) {
      const postponed = changed(
        await updateRun(id).where("status", "=", "running").set({ status: "waiting", waiting_for: waiting.waitingFor, retry_at: waiting.retryAt }).executeTakeFirst()
      );
      if (postponed) await recordChange(db2, namespace, "run", id, at2);
      return postponed;
    },
    async countAttempt(stepId, change) {
      const { attempts } = await db2.updateTable("step").set((eb) => ({ attempts: eb("attempts", "+", change) })).where("namespace", "=", namespace).where("id", "=", stepId).returning("attempts").executeTakeFirstOrThrow();
      return attempts;
    },
    async finish(id, { status, stopReason, error, at: at2 }) {
      const finished = changed(
        await updateRun(id).where(isOpen("status")).set({
          status,
          stop_reason: stopReason,
          waiting_for: null,
          retry_at: null,
          error: error && JSON.stringify(error),
          completed_at: at2
        }).executeTakeFirst()
      );
      if (finished) await recordChange(db2, namespace, "run", id, at2);
      return finished;
    },
    async setWarnings(id, warnings) {
      await updateRun(id).set({ warnings: JSON.stringify([...new Set(warnings)]) }).execute();
    }
  };
}

// src/storage/create-storage.ts
function createStorage(opened) {
  const { reader, writer, dialect: dialect2, schemaVersion, searchRanked } = opened;
  const messageCache = createMessageCache();
  const scopeOf = (namespace, db2) => ({
    db: db2,
    namespace,
    dialect: dialect2,
    messageCache,
    searchRanked
  });
  const listeners = [];
  async function transact(work) {
    const result = await writer.transaction().execute(async (trx) => {
      await assertVersion(trx, schemaVersion);
      return work(trx);
    });
    for (const listener of listeners) listener();
    return result;
  }
  return {
    in(namespace) {
      const scope = scopeOf(namespace, reader);
      return {
        ...readsOf(scope),
        messages: { ...messageReads(scope), ...messageSearches(scope) },
        passages: { ...passageReads(scope), ...passageSearches(scope) },
        transaction: (work) => transact((trx) => work(transactionOf(scopeOf(namespace, trx))))
      };
    },
    claims: createClaims(reader, transact, scopeOf),
    changes: {
      ...changeReads(reader),
      mayHaveChanged: opened.mayHaveChanged,
      onCommit(listener) {
        listeners.push(listener);
      }
    },
    async info() {
      return { ...opened.info, schemaVersion };
    },
    backup: opened.backup,
    close: opened.close
  };
}
function readsOf(scope) {
  return {
    agents: agentReads(scope),
    blocks: blockReads(scope),
    messages: messageReads(scope),
    passages: passageReads(scope),
    runs: { ...runReads(scope), ...callReads(scope) }
  };
}
function transactionOf(scope) {
  return {
    agents: { ...agentReads(scope), ...agentWrites(scope) },
    blocks: { ...blockReads(scope), ...blockWrites(scope) },
    messages: { ...messageReads(scope), ...messageWrites(scope) },
    passages: { ...passageReads(scope), ...passageWrites(scope) },
    runs: {
      ...runReads(scope),
      ...callReads(scope),
      ...runWrites(scope),
      ...approvalWrites(scope)
    }
  };
}

// src/storage/migrations/0001-initial.ts
import { sql as sql7 } from "kysely";

// src/storage/dialect.ts
var TEXT_INDEXES = ["passage", "message"];

// src/storage/migrations/0001-initial.ts
async function initial(db2, dialect2) {
  const row = dialect2.rowNumber;
  const statements = [
    sql7`CREATE TABLE agent (
      row ${row}, namespace TEXT NOT NULL, id TEXT NOT NULL,
      name TEXT NOT NULL, description TEXT NOT NULL, agent_type TEXT NOT NULL, model TEXT, context_window INTEGER NOT NULL,
      system TEXT, tools TEXT NOT NULL, last_message INTEGER NOT NULL,
      created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
      UNIQUE (namespace, id)
    )`,
    sql7`CREATE INDEX agent_name ON agent (namespace, name)`,
    sql7`CREATE TABLE agent_tag (
      namespace TEXT NOT NULL, agent_id TEXT NOT NULL, tag TEXT NOT NULL, position INTEGER NOT NULL,
      PRIMARY KEY (namespace, agent_id, tag),
      FOREIGN KEY (namespace, agent_id) REFERENCES agent (namespace, id) ON DELETE CASCADE
    )`,
    sql7`CREATE INDEX agent_tag_tag ON agent_tag (namespace, tag)`,
    sql7`CREATE TABLE block (
      namespace TEXT NOT NULL, id TEXT NOT NULL, label TEXT NOT NULL, value TEXT NOT NULL, description TEXT NOT NULL,
      value_limit INTEGER NOT NULL, read_only INTEGER NOT NULL, version INTEGER NOT NULL,
      created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
      PRIMARY KEY (namespace, id)
    )`,
    sql7`CREATE TABLE agent_block (
      row ${row}, namespace TEXT NOT NULL, agent_id TEXT NOT NULL, label TEXT NOT NULL, block_id TEXT NOT NULL,
      attached_at TEXT NOT NULL,
      UNIQUE (namespace, agent_id, label),
      FOREIGN KEY (namespace, agent_id) REFERENCES agent (namespace, id) ON DELETE CASCADE,
      FOREIGN KEY (namespace, block_id) REFERENCES block (namespace, id) ON DELETE CASCADE
    )`,
    sql7`CREATE INDEX agent_block_block ON agent_block (namespace, block_id)`,
    sql7`CREATE TABLE block_version (
      namespace TEXT NOT NULL, block_id TEXT NOT NULL, version INTEGER NOT NULL, value TEXT NOT NULL,
      description TEXT NOT NULL, value_limit INTEGER NOT NULL, read_only INTEGER NOT NULL, at TEXT NOT NULL,
      author TEXT NOT NULL, agent_id TEXT, run_id TEXT, call_id TEXT, reason TEXT,
      PRIMARY KEY (namespace, block_id, version),
      FOREIGN KEY (namespace, block_id) REFERENCES block (namespace, id) ON DELETE CASCADE
    )`,
    sql7`CREATE TABLE archive (
      namespace TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, created_at TEXT NOT NULL,
      PRIMARY KEY (namespace, id)
    )`,
    sql7`CREATE TABLE agent_archive (
      namespace TEXT NOT NULL, agent_id TEXT NOT NULL, archive_id TEXT NOT NULL, is_default INTEGER NOT NULL,
      PRIMARY KEY (namespace, agent_id, archive_id),
      FOREIGN KEY (namespace, agent_id) REFERENCES agent (namespace, id) ON DELETE CASCADE,
      FOREIGN KEY (namespace, archive_id) REFERENCES archive (namespace, id) ON DELETE CASCADE
    )`,
    sql7`CREATE UNIQUE INDEX agent_archive_default ON agent_archive (namespace, agent_id) WHERE is_default = 1`,
    sql7`CREATE INDEX agent_archive_archive ON agent_archive (namespace, archive_id)`,
    sql7`CREATE TABLE passage (
      row ${row}, namespace TEXT NOT NULL, id TEXT NOT NULL, archive_id TEXT NOT NULL, text TEXT NOT NULL,
      source TEXT NOT NULL, digest TEXT NOT NULL, created_at TEXT NOT NULL, inserted_at TEXT NOT NULL,
      UNIQUE (namespace, id),
      UNIQUE (namespace, archive_id, digest),
      FOREIGN KEY (namespace, archive_id) REFERENCES archive (namespace, id) ON DELETE CASCADE
    )`,
    sql7`CREATE INDEX passage_time ON passage (namespace, archive_id, created_at)`,
    sql7`CREATE TABLE passage_tag (
      namespace TEXT NOT NULL, passage_id TEXT NOT NULL, tag TEXT NOT NULL,
      PRIMARY KEY (namespace, passage_id, tag),
      FOREIGN KEY (namespace, passage_id) REFERENCES passage (namespace, id) ON DELETE CASCADE
    )`,
    sql7`CREATE INDEX passage_tag_tag ON passage_tag (namespace, tag)`,
    sql7`CREATE TABLE run (
      row ${row}, namespace TEXT NOT NULL, id TEXT NOT NULL, agent_id TEXT NOT NULL, accepted_by TEXT NOT NULL,
      status TEXT NOT NULL, stop_reason TEXT, input TEXT NOT NULL, idempotency_key TEXT, max_steps INTEGER NOT NULL,
      cancel_requested INTEGER NOT NULL, waiting_for TEXT, retry_at TEXT,
      error TEXT, warnings TEXT NOT NULL,
      created_at TEXT NOT NULL, started_at TEXT, completed_at TEXT,
      UNIQUE (namespace, id),
      UNIQUE (namespace, agent_id, idempotency_key),
      FOREIGN KEY (namespace, agent_id) REFERENCES agent (namespace, id) ON DELETE CASCADE
    )`,
    sql7`CREATE INDEX run_open ON run (namespace, agent_id, row)
      WHERE status IN ('queued', 'running', 'waiting', 'requires_approval')`,
    sql7`CREATE TABLE lease (
      namespace TEXT NOT NULL, agent_id TEXT NOT NULL, owner TEXT NOT NULL, fence INTEGER NOT NULL,
      expires_at TEXT NOT NULL,
      PRIMARY KEY (namespace, agent_id),
      FOREIGN KEY (namespace, agent_id) REFERENCES agent (namespace, id) ON DELETE CASCADE
    )`,
    sql7`CREATE TABLE step (
      namespace TEXT NOT NULL, id TEXT NOT NULL, run_id TEXT NOT NULL, number INTEGER NOT NULL, state TEXT NOT NULL,
      attempts INTEGER NOT NULL, model TEXT, finish TEXT, prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL,
      total_tokens INTEGER NOT NULL, cached_tokens INTEGER NOT NULL, started_at TEXT NOT NULL, completed_at TEXT,
      PRIMARY KEY (namespace, id),
      UNIQUE (namespace, run_id, number),
      FOREIGN KEY (namespace, run_id) REFERENCES run (namespace, id) ON DELETE CASCADE
    )`,
    sql7`CREATE TABLE tool_call (
      namespace TEXT NOT NULL, id TEXT NOT NULL, step_id TEXT NOT NULL, call_index INTEGER NOT NULL, name TEXT NOT NULL,
      arguments TEXT NOT NULL, effect TEXT NOT NULL, state TEXT NOT NULL, status TEXT, attempts INTEGER NOT NULL,
      PRIMARY KEY (namespace, id),
      UNIQUE (namespace, step_id, call_index),
      FOREIGN KEY (namespace, step_id) REFERENCES step (namespace, id) ON DELETE CASCADE
    )`,
    sql7`CREATE TABLE message (
      row ${row}, namespace TEXT NOT NULL, agent_id TEXT NOT NULL, seq INTEGER NOT NULL, id TEXT NOT NULL, run_id TEXT,
      role TEXT NOT NULL, text TEXT NOT NULL, body TEXT NOT NULL, tokens INTEGER NOT NULL, created_at TEXT NOT NULL,
      UNIQUE (namespace, agent_id, seq),
      UNIQUE (namespace, id),
      FOREIGN KEY (namespace, agent_id) REFERENCES agent (namespace, id) ON DELETE CASCADE
    )`,
    sql7`CREATE INDEX message_run ON message (namespace, run_id)`,
    sql7`CREATE INDEX message_time ON message (namespace, agent_id, created_at)`,
    sql7`CREATE TABLE event (
      seq ${row}, namespace TEXT NOT NULL, kind TEXT NOT NULL, subject_id TEXT NOT NULL, at TEXT NOT NULL
    )`
  ];
  for (const statement of statements) await statement.execute(db2);
  for (const index2 of TEXT_INDEXES) await dialect2.textSearch.create(db2, index2);
}

// src/storage/migrations/0002-tool-rules.ts
import { sql as sql8 } from "kysely";
async function toolRules(db2) {
  await sql8`ALTER TABLE agent ADD COLUMN tool_rules TEXT NOT NULL DEFAULT '[]'`.execute(db2);
  await sql8`ALTER TABLE run ADD COLUMN paused_at TEXT`.execute(db2);
  await sql8`ALTER TABLE tool_call ADD COLUMN approval TEXT`.execute(db2);
  await sql8`ALTER TABLE tool_call ADD COLUMN approval_reason TEXT`.execute(db2);
}

// src/storage/migrations/0003-context.ts
import { sql as sql9 } from "kysely";
async function context(db2, dialect2) {
  const statements = [
    sql9`ALTER TABLE agent ADD COLUMN settings TEXT NOT NULL DEFAULT '{}'`,
    sql9`ALTER TABLE agent ADD COLUMN context_from INTEGER NOT NULL DEFAULT 1`,
    sql9`ALTER TABLE agent ADD COLUMN token_ratio REAL NOT NULL DEFAULT 1`,
    sql9`ALTER TABLE agent ADD COLUMN pressure_told INTEGER NOT NULL DEFAULT 0`,
    sql9`ALTER TABLE agent ADD COLUMN summaries_from INTEGER NOT NULL DEFAULT 1`,
    sql9`ALTER TABLE agent ADD COLUMN learned_window INTEGER`,
    sql9`CREATE TABLE summary (
      row ${dialect2.rowNumber}, namespace TEXT NOT NULL, id TEXT NOT NULL, agent_id TEXT NOT NULL,
      text TEXT NOT NULL, from_seq INTEGER NOT NULL, to_seq INTEGER NOT NULL, until TEXT NOT NULL,
      method TEXT NOT NULL, created_at TEXT NOT NULL,
      UNIQUE (namespace, id),
      FOREIGN KEY (namespace, agent_id) REFERENCES agent (namespace, id) ON DELETE CASCADE
    )`,
    sql9`CREATE INDEX summary_agent ON summary (namespace, agent_id, row)`
  ];
  for (const statement of statements) await statement.execute(db2);
}

// src/storage/migrations/0004-block-history.ts
import { sql as sql10 } from "kysely";
async function blockHistory(db2) {
  await sql10`CREATE TABLE past_attachment (
    namespace TEXT NOT NULL, attachment INTEGER NOT NULL, agent_id TEXT NOT NULL, block_id TEXT NOT NULL,
    attached_at TEXT NOT NULL, detached_at TEXT NOT NULL,
    PRIMARY KEY (namespace, attachment),
    FOREIGN KEY (namespace, agent_id) REFERENCES agent (namespace, id) ON DELETE CASCADE,
    FOREIGN KEY (namespace, block_id) REFERENCES block (namespace, id) ON DELETE CASCADE
  )`.execute(db2);
  await sql10`CREATE INDEX past_attachment_agent ON past_attachment (namespace, agent_id)`.execute(db2);
  await sql10`CREATE INDEX past_attachment_block ON past_attachment (namespace, block_id)`.execute(db2);
}

// src/storage/migrations/0005-search.ts
import { sql as sql11 } from "kysely";

// src/storage/reindex.ts
var AT_ONCE = 1e3;
async function indexPassages(db2, dialect2) {
  await index("passage", db2, dialect2, async (after) => {
    const rows = await db2.selectFrom("passage").select(["row", "namespace", "archive_id", "superseded_by", "text"]).where("row", ">", after).orderBy("row").limit(AT_ONCE).execute();
    return rows.map((row) => ({
      row: row.row,
      scope: passageScope(row.namespace, row.archive_id, row.superseded_by !== null),
      words: indexWords(row.text)
    }));
  });
}
async function indexMessages(db2, dialect2) {
  await index("message", db2, dialect2, async (after) => {
    const rows = await db2.selectFrom("message").select(["row", "namespace", "agent_id", "role", "text"]).where("text", "<>", "").where("row", ">", after).orderBy("row").limit(AT_ONCE).execute();
    return rows.map((row) => ({
      row: row.row,
      scope: messageScope(row.namespace, row.agent_id, row.role),
      words: indexWords(row.text)
    }));
  });
}
async function index(name, db2, dialect2, read) {
  let after = 0;
  for (; ; ) {
    const entries = await read(after);
    const last = entries.at(-1);
    if (!last) return;
    await dialect2.textSearch.add(db2, name, entries);
    after = last.row;
  }
}

// src/storage/migrations/0005-search.ts
async function search(db2, dialect2) {
  const statements = [
    sql11`ALTER TABLE archive ADD COLUMN description TEXT NOT NULL DEFAULT ''`,
    sql11`ALTER TABLE archive ADD COLUMN passage_count INTEGER NOT NULL DEFAULT 0`,
    sql11`ALTER TABLE passage ADD COLUMN position INTEGER NOT NULL DEFAULT 0`,
    sql11`ALTER TABLE passage ADD COLUMN superseded_by TEXT`,
    sql11`ALTER TABLE passage ADD COLUMN found_count INTEGER NOT NULL DEFAULT 0`,
    sql11`ALTER TABLE passage ADD COLUMN last_found_at TEXT`,
    sql11`UPDATE archive SET passage_count = (
      SELECT count(*) FROM passage
      WHERE passage.namespace = archive.namespace AND passage.archive_id = archive.id
    )`,
    sql11`UPDATE passage SET position = place.number FROM (
      SELECT row, row_number() OVER (PARTITION BY namespace, archive_id, source ORDER BY row) AS number
      FROM passage WHERE source <> ''
    ) AS place WHERE place.row = passage.row`,
    sql11`CREATE INDEX passage_place ON passage (namespace, archive_id, source, position) WHERE source <> ''`,
    sql11`CREATE INDEX passage_superseded ON passage (namespace, superseded_by) WHERE superseded_by IS NOT NULL`,
    sql11`CREATE TABLE word (word TEXT PRIMARY KEY)`
  ];
  for (const statement of statements) await statement.execute(db2);
  for (const index2 of TEXT_INDEXES) {
    await dialect2.textSearch.drop(db2, index2);
    await dialect2.textSearch.create(db2, index2);
  }
  await indexPassages(db2, dialect2);
  await indexMessages(db2, dialect2);
}

// src/storage/migrations/0006-embeddings.ts
import { sql as sql12 } from "kysely";
async function embeddings(db2, dialect2) {
  const row = dialect2.rowNumber;
  const statements = [
    sql12`ALTER TABLE agent ADD COLUMN embedding TEXT`,
    sql12`CREATE TABLE vector_set (
      row ${row}, namespace TEXT NOT NULL, kind TEXT NOT NULL, owner_id TEXT NOT NULL, handle TEXT NOT NULL,
      dimension INTEGER, state TEXT NOT NULL, created_at TEXT NOT NULL,
      UNIQUE (namespace, kind, owner_id, handle)
    )`,
    sql12`CREATE TABLE vector (
      row ${row}, set_row INTEGER NOT NULL, entry_row INTEGER NOT NULL, vector ${dialect2.bytes} NOT NULL,
      UNIQUE (set_row, entry_row),
      FOREIGN KEY (set_row) REFERENCES vector_set (row) ON DELETE CASCADE
    )`,
    sql12`CREATE INDEX vector_set_row ON vector (set_row, row)`,
    sql12`CREATE TABLE vector_code (
      row INTEGER PRIMARY KEY, set_row INTEGER NOT NULL, entry_row INTEGER NOT NULL, code ${dialect2.bytes} NOT NULL,
      FOREIGN KEY (row) REFERENCES vector (row) ON DELETE CASCADE
    )`,
    sql12`CREATE INDEX vector_code_set ON vector_code (set_row, row)`,
    sql12`CREATE TABLE vector_gone (
      row ${row}, set_row INTEGER NOT NULL, entry_row INTEGER NOT NULL,
      FOREIGN KEY (set_row) REFERENCES vector_set (row) ON DELETE CASCADE
    )`,
    sql12`CREATE INDEX vector_gone_set ON vector_gone (set_row, row)`,
    sql12`CREATE TABLE embedding_task (
      row ${row}, set_row INTEGER NOT NULL, entry_row INTEGER NOT NULL, claimed_by TEXT NOT NULL,
      claimed_until TEXT NOT NULL, attempts INTEGER NOT NULL, problem TEXT,
      UNIQUE (set_row, entry_row),
      FOREIGN KEY (set_row) REFERENCES vector_set (row) ON DELETE CASCADE
    )`,
    sql12`CREATE TABLE embedding_cache (
      handle TEXT NOT NULL, digest TEXT NOT NULL, vector ${dialect2.bytes} NOT NULL, PRIMARY KEY (handle, digest)
    )`
  ];
  for (const statement of statements) await statement.execute(db2);
}

// src/storage/migrations/index.ts
var MIGRATIONS = [
  initial,
  toolRules,
  context,
  blockHistory,
  search,
  embeddings
];

// src/storage/sqlite/driver.ts
import {
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler
} from "kysely";

// src/storage/mutex.ts
function createMutex() {
  const waiting = [];
  let locked = false;
  return {
    async lock() {
      if (!locked) {
        locked = true;
        return;
      }
      await new Promise((resolve) => waiting.push(resolve));
    },
    unlock() {
      const next = waiting.shift();
      if (next) next();
      else locked = false;
    }
  };
}

// src/storage/sqlite/driver.ts
var BUSY_TIMEOUT_MS = 15;
var PATIENCE_MS = 15e3;
var MOST_STATEMENTS = 512;
function sqliteDialect(handle2) {
  return {
    createAdapter: () => new SqliteAdapter(),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (db2) => new SqliteIntrospector(db2),
    createDriver: () => createDriver(handle2)
  };
}
function createDriver(handle2) {
  const connection = createConnection(handle2);
  const mutex = createMutex();
  return {
    async init() {
    },
    async acquireConnection() {
      await mutex.lock();
      return connection;
    },
    async releaseConnection() {
      mutex.unlock();
    },
    async beginTransaction() {
      await whileBusy(() => handle2.exec("BEGIN IMMEDIATE"));
    },
    async commitTransaction() {
      run(() => handle2.exec("COMMIT"));
    },
    async rollbackTransaction() {
      if (handle2.inTransaction) handle2.exec("ROLLBACK");
    },
    async destroy() {
      handle2.close();
    }
  };
}
function createConnection(handle2) {
  const statements = /* @__PURE__ */ new Map();
  function prepare(text) {
    const known = statements.get(text);
    if (known) return known;
    if (statements.size >= MOST_STATEMENTS) statements.clear();
    const statement = handle2.prepare(text);
    statements.set(text, statement);
    return statement;
  }
  function execute({ sql: sql15, parameters }) {
    const statement = prepare(sql15);
    if (statement.reader) return { rows: statement.all(parameters) };
    const { changes, lastInsertRowid } = statement.run(parameters);
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  }
  return {
    async executeQuery(query) {
      return handle2.inTransaction ? run(() => execute(query)) : await whileBusy(() => execute(query));
    },
    // An open iterator would keep a read transaction open across awaits and let the WAL grow without bound.
    // biome-ignore lint/correctness/useYield: refuses
    async *streamQuery() {
      throw new Error("streaming queries are not used");
    }
  };
}
async function whileBusy(action) {
  const start = performance.now();
  for (let attempt = 0; ; attempt += 1) {
    try {
      return run(action);
    } catch (error) {
      if (!(error instanceof UserError && error.code === "busy") || performance.now() - start > PATIENCE_MS)
        throw error;
    }
    const pause = Math.min(5 * 2 ** attempt, 80) * (0.5 + Math.random());
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
function run(action) {
  try {
    return action();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code.startsWith("SQLITE_BUSY")) {
      throw new UserError(
        "busy",
        "Another process keeps the database locked. Try again in a moment.",
        { cause: error }
      );
    }
    if (code === "SQLITE_FULL") {
      throw new UserError(
        "storage_full",
        "The disk that holds the data is full; nothing of this call was stored. Free some space and try again.",
        { cause: error }
      );
    }
    if (code.startsWith("SQLITE_READONLY") || code.startsWith("SQLITE_IOERR") || code.startsWith("SQLITE_CANTOPEN")) {
      throw new UserError(
        "busy",
        `The data file can't be read or written (${code}). Check the disk and the rights on the data directory, then try again.`,
        { cause: error }
      );
    }
    throw error;
  }
}

// src/storage/sqlite/search-thread.ts
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";

// src/generated/search-worker.ts
var SEARCH_WORKER = '"use strict";var __defProp=Object.defineProperty;var __getOwnPropDesc=Object.getOwnPropertyDescriptor;var __getOwnPropNames=Object.getOwnPropertyNames;var __hasOwnProp=Object.prototype.hasOwnProperty;var __copyProps=(to,from,except,desc)=>{if(from&&typeof from=="object"||typeof from=="function")for(let key of __getOwnPropNames(from))!__hasOwnProp.call(to,key)&&key!==except&&__defProp(to,key,{get:()=>from[key],enumerable:!(desc=__getOwnPropDesc(from,key))||desc.enumerable});return to};var __toCommonJS=mod=>__copyProps(__defProp({},"__esModule",{value:!0}),mod);var search_worker_exports={};module.exports=__toCommonJS(search_worker_exports);var import_node_module=require("node:module"),import_node_worker_threads=require("node:worker_threads");var MONTHS="january february march april may june july august september october november december".split(" ");function datesIn(words){let named=words.map(word=>MONTHS.indexOf(word)+1).filter(month2=>month2>0),years=words.filter(word=>/^(19|20)\\d\\d$/.test(word)).map(Number),numbers=words.flatMap(word=>/^(\\d{1,2})(?:st|nd|rd|th)?$/.exec(word)?.[1]??[]),[month,...days]=numbers.map(Number);return named.length===0&&years.length>0&&month!==void 0&&month<=12?{years,months:[month],days:days.filter(isDay)}:{years,months:named,days:numbers.map(Number).filter(isDay)}}var isDay=number=>number>=1&&number<=31;function dateFit({years,months,days},at){if(years.length===0&&months.length===0)return 0;let[year,month,day]=at.slice(0,10).split("-").map(Number),inMonth=month!==void 0&&months.includes(month),inYear=year!==void 0&&years.includes(year),onDay=inMonth&&day!==void 0&&days.includes(day);return(inYear?.2:0)+(inMonth?.4:0)+(onDay?.4:0)}var STOP_WORDS=new Set(`a about above after again against all am an and any are as at be because been before being below between both but by\n  can could did do does doing don down during each few for from further had has have having he her here hers herself him\n  himself his how i if in into is it its itself just ll me more most my myself no nor not now of off on once only or other\n  our ours ourselves out over own re s same she should so some such t than that the their theirs them themselves then\n  there these they this those through to too under until up ve very was we were what when where which while who whom why\n  will with would you your yours yourself yourselves`.split(/\\s+/));var step2list={ational:"ate",tional:"tion",enci:"ence",anci:"ance",izer:"ize",bli:"ble",alli:"al",entli:"ent",eli:"e",ousli:"ous",ization:"ize",ation:"ate",ator:"ate",alism:"al",iveness:"ive",fulness:"ful",ousness:"ous",aliti:"al",iviti:"ive",biliti:"ble",logi:"log"},step3list={icate:"ic",ative:"",alize:"al",iciti:"ic",ical:"ic",ful:"",ness:""},consonant="[^aeiou]",vowel="[aeiouy]",consonants="("+consonant+"[^aeiouy]*)",vowels="("+vowel+"[aeiou]*)",gt0=new RegExp("^"+consonants+"?"+vowels+consonants),eq1=new RegExp("^"+consonants+"?"+vowels+consonants+vowels+"?$"),gt1=new RegExp("^"+consonants+"?("+vowels+consonants+"){2,}"),vowelInStem=new RegExp("^"+consonants+"?"+vowel),consonantLike=new RegExp("^"+consonants+vowel+"[^aeiouwxy]$"),sfxLl=/ll$/,sfxE=/^(.+?)e$/,sfxY=/^(.+?)y$/,sfxIon=/^(.+?(s|t))(ion)$/,sfxEdOrIng=/^(.+?)(ed|ing)$/,sfxAtOrBlOrIz=/(at|bl|iz)$/,sfxEED=/^(.+?)eed$/,sfxS=/^.+?[^s]s$/,sfxSsesOrIes=/^.+?(ss|i)es$/,sfxMultiConsonantLike=/([^aeiouylsz])\\1$/,step2=/^(.+?)(ational|tional|enci|anci|izer|bli|alli|entli|eli|ousli|ization|ation|ator|alism|iveness|fulness|ousness|aliti|iviti|biliti|logi)$/,step3=/^(.+?)(icate|ative|alize|iciti|ical|ful|ness)$/,step4=/^(.+?)(al|ance|ence|er|ic|able|ible|ant|ement|ment|ent|ou|ism|ate|iti|ous|ive|ize)$/;function stemmer(value){let result=String(value).toLowerCase();if(result.length<3)return result;let firstCharacterWasLowerCaseY=!1;result.codePointAt(0)===121&&(firstCharacterWasLowerCaseY=!0,result="Y"+result.slice(1)),sfxSsesOrIes.test(result)?result=result.slice(0,-2):sfxS.test(result)&&(result=result.slice(0,-1));let match;return(match=sfxEED.exec(result))?gt0.test(match[1])&&(result=result.slice(0,-1)):(match=sfxEdOrIng.exec(result))&&vowelInStem.test(match[1])&&(result=match[1],sfxAtOrBlOrIz.test(result)?result+="e":sfxMultiConsonantLike.test(result)?result=result.slice(0,-1):consonantLike.test(result)&&(result+="e")),(match=sfxY.exec(result))&&vowelInStem.test(match[1])&&(result=match[1]+"i"),(match=step2.exec(result))&&gt0.test(match[1])&&(result=match[1]+step2list[match[2]]),(match=step3.exec(result))&&gt0.test(match[1])&&(result=match[1]+step3list[match[2]]),(match=step4.exec(result))?gt1.test(match[1])&&(result=match[1]):(match=sfxIon.exec(result))&&gt1.test(match[1])&&(result=match[1]),(match=sfxE.exec(result))&&(gt1.test(match[1])||eq1.test(match[1])&&!consonantLike.test(match[1]))&&(result=match[1]),sfxLl.test(result)&&gt1.test(result)&&(result=result.slice(0,-1)),firstCharacterWasLowerCaseY&&(result="y"+result.slice(1)),result}var UNSPACED=/[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}\\u30FC]/u,UNSPACED_RUN=new RegExp(`${UNSPACED.source}+`,"gu"),WORD=new RegExp("[\\\\p{L}\\\\p{N}\\\\p{Co}][\\\\p{L}\\\\p{N}\\\\p{M}\\\\p{Co}]*|\\\\p{So}","gu"),ACCENTED=new RegExp("([\\\\p{Script=Latin}\\\\p{Script=Greek}\\\\p{Script=Cyrillic}])\\\\p{M}+","gu"),SELECTORS=/\\u200c|\\u200d|[\\uFE00-\\uFE0F]/gu,HUMP=new RegExp("(\\\\p{Ll}|\\\\p{N})(?=\\\\p{Lu})|(\\\\p{Lu})(?=\\\\p{Lu}\\\\p{Ll})","gu"),INNER_CAPITAL=/.[A-Z]/,PLAIN=/^[\\x20-\\x7e\\s]*$/;function indexWords(text){return wordsOf(text,run=>[...run,...pairs(run)]).map(stem)}function questionWords(text){return[...new Set(wordsOf(text,run=>run.length===1?run:pairs(run)))]}var stems=new Map,MOST_STEMS=5e4,ENGLISH=/^[a-z]{3,}$/;function stem(word){let known=stems.get(word);if(known!==void 0)return known;if(!ENGLISH.test(word))return word;stems.size>=MOST_STEMS&&stems.clear();let found=stemmer(word);return stems.set(word,found),found}function wordsOf(text,cut){if(PLAIN.test(text))return plainWords(text);let words=[],parts=text.replace(new RegExp("\\\\p{So}","gu")," $& ").replace(SELECTORS,"").normalize("NFKC");for(let[raw]of parts.matchAll(WORD)){let word=fold(raw);if(UNSPACED.test(word)){words.push(...cutRuns(word,cut));continue}words.push(word),raw!==word&&words.push(...humps(raw).map(fold))}return words}function plainWords(text){let words=[];for(let raw of text.match(/[A-Za-z0-9]+/g)??[]){let word=raw.toLowerCase();words.push(word),raw!==word&&INNER_CAPITAL.test(raw)&&words.push(...humps(raw).map(part=>part.toLowerCase()))}return words}function humps(raw){let parts=raw.replace(HUMP,"$1$2 ").split(" ");return parts.length>1?parts:[]}function fold(text){return text.normalize("NFD").replace(ACCENTED,"$1").normalize("NFC").toLowerCase().replaceAll("\\xDF","ss").replaceAll("\\u03C2","\\u03C3")}function cutRuns(word,cut){return word.replace(UNSPACED_RUN,run=>` ${cut([...run]).join(" ")} `).split(" ").filter(part=>part!=="")}function pairs(run){return run.slice(1).map((character,index)=>`${run[index]}${character}`)}var MOST_TERMS=64;function readQuestion(text){let words=questionWords(text),telling=words.filter(word=>!STOP_WORDS.has(word)),terms=new Map;for(let word of telling.length>0?telling:words){let term={word,stem:stem(word)};terms.has(term.stem)||terms.set(term.stem,term)}return{terms:[...terms.values()].slice(0,MOST_TERMS),dates:datesIn(words)}}function coverage(asked,texts){let all=asked.reduce((sum,{rarity})=>sum+rarity,0);if(all===0)return 0;let shares=texts.map(text=>{let words=new Set(indexWords(text));return asked.filter(({stems:stems2})=>stems2.some(stem2=>words.has(stem2))).reduce((sum,{rarity})=>sum+rarity,0)/all});return Math.max(0,...shares)}var LITTLE=1,MUCH=4,FEWEST=8;function standingOut(scores,size){if(scores.length<FEWEST)return .5;let of=Math.max(size,scores.length),points=scores.map((score,place)=>({score,expected:quantile(place,of)})),{slope,intercept}=fitLine(points.slice(Math.floor(points.length/2))),[first]=points;if(!first||slope<=0)return 0;let above=(first.score-intercept)/slope-first.expected;return Math.min(1,Math.max(0,(above-LITTLE)/(MUCH-LITTLE)))}function quantile(place,size){return inverseNormal(1-(place+.625)/(size+.25))}function fitLine(points){let count=points.length,meanScore=points.reduce((sum,{score})=>sum+score,0)/count,meanExpected=points.reduce((sum,{expected})=>sum+expected,0)/count,covariance=0,variance=0;for(let{score,expected}of points)covariance+=(score-meanScore)*(expected-meanExpected),variance+=(expected-meanExpected)**2;let slope=variance>0?covariance/variance:0;return{slope,intercept:meanScore-slope*meanExpected}}function inverseNormal(share){if(share>.5)return-inverseNormal(1-share);let t=Math.sqrt(-2*Math.log(share)),above=2.515517+t*(.802853+t*.010328),below=1+t*(1.432788+t*(.189269+t*.001308));return above/below-t}function fuseByRank(lists){let[only,...others]=lists;if(only&&others.length===0)return only.entries.map(entry=>({...entry,foundBy:only.leg}));let fused=new Map;for(let{leg:leg2,weight,entries}of lists)entries.forEach(({row},place)=>{let other=fused.get(row);fused.set(row,{row,score:(other?.score??0)+weight/(60+place+1),foundBy:other&&other.foundBy!==leg2?"both":leg2})});return[...fused.values()].sort((a,b)=>b.score-a.score||b.row-a.row)}var SATURATION=1.2,LENGTH_SHARE=.5,NEIGHBOUR_WEIGHTS=[.4,.2],GROUP_SHARE=.25,GROUP_TOP=3,DATE_SHARE=.4,SPEAKER_BOOST=.25,NEIGHBOURS=NEIGHBOUR_WEIGHTS.length;function rankByWords(terms,dates2,candidates,size){let profiler=createProfiler(terms),found=candidates.map(candidate=>({candidate,own:profiler(candidate.text)})).filter(({own})=>own.counts.some(count=>count>0));if(found.length===0)return[];let averageLength=found.reduce((sum,{own})=>sum+own.length,0)/found.length||Number.EPSILON,rarity=terms.map(({frequency})=>inverseFrequency(size,frequency)),scored=found.map(({candidate,own})=>{let context=withNeighbours(own,candidate,profiler,averageLength),length=1-LENGTH_SHARE+LENGTH_SHARE*context.length/averageLength,words=context.counts.reduce((sum,count,index)=>{let weight=rarity[index]??0;return sum+weight*count*(SATURATION+1)/(count+SATURATION*length)},0);return{candidate,score:words*candidate.weight*(own.namesSpeaker?1+SPEAKER_BOOST:1)}}),best=Math.max(...scored.map(({score})=>score)),share=groupShares(scored);return scored.map(({candidate,score})=>({row:candidate.row,score:score+best*GROUP_SHARE*(share.get(candidate.group)??0)+best*DATE_SHARE*dateFit(dates2,candidate.at)})).sort((a,b)=>b.score-a.score||b.row-a.row)}var SPEAKER=new RegExp("^\\\\s*(\\\\p{L}[\\\\p{L}\\\\p{M}\\\\p{N}\'\\u2019. -]{0,40}):\\\\s","u"),NEIGHBOUR_CHARACTERS=4e3;function createProfiler(terms){let places=new Map;terms.forEach(({spellings},term)=>{for(let{stem:stem2,weight}of spellings)places.set(stem2,[...places.get(stem2)??[],{term,weight}])});let known=new Map,read=text=>{let counts=terms.map(()=>0),words=indexWords(text);for(let word of words)for(let{term,weight}of places.get(word)??[])counts[term]=(counts[term]??0)+weight;let speaker=SPEAKER.exec(text)?.[1],namesSpeaker=speaker!==void 0&&indexWords(speaker).some(word=>places.has(word));return{counts,length:words.length,namesSpeaker}};return text=>{let profile=known.get(text)??read(text);return known.set(text,profile),profile}}function withNeighbours(own,{before,after:after2},profiler,averageLength){let counts=[...own.counts],length=own.length,weights=1;for(let side of[before,after2])side.slice(0,NEIGHBOURS).forEach((text,distance)=>{let neighbour=profiler(text.slice(0,NEIGHBOUR_CHARACTERS)),weight=(NEIGHBOUR_WEIGHTS[distance]??0)/Math.max(1,neighbour.length/averageLength);weights+=weight,length+=weight*neighbour.length,neighbour.counts.forEach((count,term)=>{counts[term]=(counts[term]??0)+weight*count})});return{...own,counts,length:length/weights}}function inverseFrequency(size,frequency){return Math.log(1+Math.max(0,size-frequency+.5)/(frequency+.5))}function groupShares(scored){let scores=new Map;for(let{candidate,score}of scored)candidate.group!==null&&scores.set(candidate.group,[...scores.get(candidate.group)??[],score]);let sums=[...scores].map(([group,all])=>{let top=all.sort((a,b)=>b-a).slice(0,GROUP_TOP);return[group,top.reduce((sum,score)=>sum+score,0)]}),most=Math.max(...sums.map(([,sum])=>sum),Number.EPSILON);return new Map(sums.map(([group,sum])=>[group,sum/most]))}function mayBeMisspelt(stem2){return stem2.length>=4&&new RegExp("^\\\\p{L}+$","u").test(stem2)}function spellingsOf(stem2,known,used){let most=stem2.length>=8?2:1,near=[],parts=[];for(let word of known){let distance=Math.abs(word.length-stem2.length)<=most?editDistance(stem2,word,most):most+1;distance<=most?near[distance]=[...near[distance]??[],word]:(isPart(word,stem2)||isPart(stem2,word))&&parts.push(word)}for(let words of near){let found=firstUsed(words?.toSorted()??[],used);if(found.length>0)return found.map(word=>({stem:word,weight:.8}))}let byLikeness=parts.toSorted((a,b)=>Math.abs(a.length-stem2.length)-Math.abs(b.length-stem2.length)||(a<b?-1:1));return firstUsed(byLikeness,used).map(word=>({stem:word,weight:.5}))}function firstUsed(words,used){let found=[];for(let word of words.slice(0,100))found.length<4&&used(word)&&found.push(word);return found}function isPart(part,whole){return part.length>=5&&part.length<whole.length&&whole.includes(part)}function editDistance(a,b,most){let before=[],last=Array.from({length:b.length+1},(_,index)=>index);for(let i=1;i<=a.length;i+=1){let row=[i],least=i;for(let j=1;j<=b.length;j+=1){let same=a[i-1]===b[j-1],distance=Math.min((last[j]??0)+1,(row[j-1]??0)+1,(last[j-1]??0)+(same?0:1));i>1&&j>1&&a[i-1]===b[j-2]&&a[i-2]===b[j-1]&&(distance=Math.min(distance,(before[j-2]??0)+1)),row.push(distance),least=Math.min(least,distance)}if(least>most)return most+1;before=last,last=row}return last[b.length]??most+1}var JUDGED=60,TELLING=3,MOST_WEIGHT=1.5;function rankedSearch(index,question,{offset,limit},vectors=[]){let terms=weigh(index,question),stems2=terms.flatMap(({spellings})=>spellings.map(({stem:stem2})=>stem2)),first=stems2.length>0?index.best(stems2,JUDGED):[],candidates=index.candidates(first.map(({row})=>row)),ranked=rankByWords(terms,question.dates,candidates,index.size()),telling=new Set(ranked.slice(0,TELLING).map(({row})=>row)),texts=candidates.filter(({row})=>telling.has(row)).map(({text})=>text),covered=coverage(askedWords(index,question,terms),texts),nearest=vectors.flatMap(list=>weighVectors(index,list,covered)),judged=fuseByRank([...ranked.length>0?[{leg:"keyword",weight:1,entries:ranked}]:[],...nearest]),end=offset+limit,all=first.length<JUDGED||end<judged.length?judged:[...judged,...tail(index,stems2,judged,end+1)];return{hits:all.slice(offset,end),more:all.length>end}}function weighVectors(index,{weight,size,entries},covered){let sure=standingOut(entries.map(({score})=>score),size),counts=covered>0?weight*sure*(MOST_WEIGHT-covered):1;if(counts===0)return[];let passing=index.passing(entries.map(({row})=>row)),there=entries.filter(({row})=>passing.has(row));return there.length===0?[]:[{leg:"vector",weight:counts,entries:there}]}function askedWords(index,question,terms){let size=index.size(),found=terms.map(({spellings,frequency})=>({stems:spellings.map(({stem:stem2})=>stem2),rarity:inverseFrequency(size,frequency)})),missing=question.terms.length-terms.length,rarity=inverseFrequency(size,0);return[...found,...Array.from({length:missing},()=>({stems:[],rarity}))]}function tail(index,stems2,judged,most){let known=new Set(judged.map(({row})=>row)),rest=index.best(stems2,most).filter(({row})=>!known.has(row)),[best]=rest,last=judged.at(-1),scale=best&&last&&best.score>0?Math.min(1,last.score/best.score):1;return rest.slice(0,Math.max(0,most-judged.length)).map(({row,score})=>({row,score:score*scale,foundBy:"keyword"}))}function weigh(index,{terms}){return terms.flatMap(({stem:stem2})=>{let frequency=index.frequency([stem2]);if(frequency>0)return[{spellings:[{stem:stem2,weight:1}],frequency}];if(!mayBeMisspelt(stem2))return[];let used=word=>index.frequency([word])>0,spellings=spellingsOf(stem2,index.vocabularyNear(stem2),used);return spellings.length===0?[]:[{spellings,frequency:index.frequency(spellings.map(each=>each.stem))}]})}function joinCode(stride,codes,scale,bonus){let code=new Uint8Array(stride+8);code.set(codes);let tail2=new DataView(code.buffer,stride);return tail2.setFloat32(0,scale,!0),tail2.setFloat32(4,bonus,!0),code}function lengthOf(vector){let squares=0;for(let index=0;index<vector.length;index+=1)squares+=(vector[index]??0)**2;return Math.sqrt(squares)}function greatestOf(vector){let greatest=0;for(let component of vector)greatest=Math.max(greatest,Math.abs(component));return greatest}function roundUpTo(multiple,value){return Math.ceil(value/multiple)*multiple}var IS_LITTLE_ENDIAN=new Uint8Array(new Uint16Array([1]).buffer)[0]===1;function decodeFloat32(stored){if(stored.byteLength%4!==0)throw new Error(`${stored.byteLength} bytes are no vector of 4-byte components`);return new Float32Array(inStoredOrder(Uint8Array.from(stored)).buffer)}function dotProduct(a,b){let sum=0;for(let index=0;index<a.length;index+=1)sum+=(a[index]??0)*(b[index]??0);return sum}function inStoredOrder(bytes){return IS_LITTLE_ENDIAN||Buffer.from(bytes.buffer).swap32(),bytes}var GREATEST_IN_QUERY=7,PLANES=4,WORD_BYTES=8,MARGIN=1e-5;function createBitCodes(mean){let dimension=mean.length,stride=roundUpTo(WORD_BYTES,Math.ceil(dimension/8)),meanLength=lengthOf(mean);return{kind:"bits",dimension,stride,encode(vector){let bits=new Uint8Array(stride),sum=0,squares=0,bonus=0;return vector.forEach((component,index)=>{let middle=mean[index]??0,offset=component-middle;offset>=0&&mark(bits,index),sum+=Math.abs(offset),squares+=offset*offset,bonus+=offset*middle}),joinCode(stride,bits,sum>0?squares/sum:0,bonus)},prepare(query){let offsets=query.map((component,index)=>component-(mean[index]??0)),greatest=offsets.reduce((most,offset)=>Math.max(most,Math.abs(offset)),0),factor=Math.fround(greatest/GREATEST_IN_QUERY),integers=Array.from(offsets,offset=>factor>0?Math.round(offset/factor):0),offsetLength=lengthOf(offsets),roundedOff=lengthOf(offsets.map((offset,index)=>offset-(integers[index]??0)*factor)),lefts=residual=>[residual*offsetLength,Math.hypot(residual,1+meanLength)*roundedOff];return{bytes:toPlanes(integers,stride),factor,total:integers.reduce((total,integer)=>total+integer,0),constant:dotProduct(mean,query),slack:residual=>lefts(residual).reduce((total,left)=>total+left,MARGIN),spread:residual=>Math.hypot(...lefts(residual))/Math.sqrt(dimension)}},residual(scale,bonus){let offsetSquares=1-2*bonus-meanLength**2;return Math.sqrt(Math.max(0,scale*scale*dimension-offsetSquares))+MARGIN}}}function toPlanes(integers,stride){let planes=new Uint8Array(PLANES*stride);return integers.forEach((integer,index)=>{let word=Math.floor(index/64);for(let plane=0;plane<PLANES;plane+=1)(integer>>plane&1)===1&&mark(planes,(word*PLANES+plane)*64+index%64)}),planes}function mark(bits,index){let at=index>>3;bits[at]=(bits[at]??0)|1<<(index&7)}var GREATEST_CODE=127,GREATEST_IN_QUERY2=8191,GREATEST_INTEGER=2**31-1,MARGIN2=2e-6;function createInt8Codes(dimension){let stride=roundUpTo(16,dimension),greatestInQuery=Math.min(GREATEST_IN_QUERY2,Math.floor(GREATEST_INTEGER/(GREATEST_CODE*stride)));return{kind:"int8",dimension,stride,encode(vector){let scale=Math.fround(greatestOf(vector)/GREATEST_CODE),codes=new Int8Array(stride),rest=new Float64Array(dimension);return vector.forEach((component,index)=>{let code=rounded(component,scale,GREATEST_CODE);codes[index]=code,rest[index]=component-code*scale}),joinCode(stride,new Uint8Array(codes.buffer),scale,lengthOf(rest)+MARGIN2)},prepare(query){let factor=Math.fround(greatestOf(query)/greatestInQuery),integers=new Int16Array(stride),rest=new Float64Array(dimension);query.forEach((component,index)=>{let integer=rounded(component,factor,greatestInQuery);integers[index]=integer,rest[index]=component-integer*factor});let slack=2*lengthOf(rest)+MARGIN2;return{bytes:new Uint8Array(integers.buffer),factor,total:0,constant:0,slack:()=>slack,spread:()=>null}},residual:()=>0}}function rounded(component,scale,greatest){let integer=Math.round(component/scale);return Math.max(-greatest,Math.min(greatest,integer))}var SEGMENT_BYTES=256*1024;function layoutOf({kind,stride}){let rows=Math.floor(SEGMENT_BYTES/(stride+8)/8)*8;return{kind,stride,rows}}function createRowPositions(numberAt){let slots=new Int32Array(64).fill(-1),shift=32-Math.log2(64),count=0,home=row=>{let folded=row>>>0^Math.floor(row/4294967296);return Math.imul(folded^folded>>>15,2654435761)>>>shift},after2=slot=>slot+1&slots.length-1,positionIn=slot=>slots[slot]??-1,slotOf=row=>{let slot=home(row);for(;positionIn(slot)!==-1&&numberAt(positionIn(slot))!==row;)slot=after2(slot);return slot},grow=()=>{let old=slots;slots=new Int32Array(old.length*2).fill(-1),shift-=1;for(let position of old)position!==-1&&(slots[slotOf(numberAt(position))]=position)};return{find:row=>positionIn(slotOf(row)),add(row,position){(count+1)*3>slots.length*2&&grow(),slots[slotOf(row)]=position,count+=1},remove(row){let hole=slotOf(row);if(positionIn(hole)!==-1){count-=1;for(let slot=after2(hole);positionIn(slot)!==-1;slot=after2(slot)){let from=home(numberAt(positionIn(slot))),mask=slots.length-1;(slot-from&mask)<(slot-hole&mask)||(slots[hole]=positionIn(slot),hole=slot)}slots[hole]=-1}},bytes:()=>slots.byteLength}}var FIRST_POSITIONS=256;function createRows(codes,kernel){let layout=layoutOf(codes),codeBytes=layout.stride+8,segments=[],numbers=new Float64Array(FIRST_POSITIONS),stamps=new Float64Array(FIRST_POSITIONS),positions=createRowPositions(position=>numbers[position]??0),extent=0,size=0,residual=0,holders=0,isUnwanted=!1,free=[],freedLately=[],segmentBytes=position=>{let bytes=segments[Math.floor(position/layout.rows)]?.bytes();if(!bytes)throw new Error(`position ${position} is outside of all segments`);return bytes},startOf=position=>position%layout.rows*codeBytes,take=row=>{let position=free.pop()??extent;return position===extent&&(extent+=1),extent>segments.length*layout.rows&&segments.push(kernel.allocate()),extent>numbers.length&&(numbers=grown(numbers),stamps=grown(stamps)),numbers[position]=row,positions.add(row,position),size+=1,position},clear=()=>{for(let segment of segments.splice(0))kernel.release(segment);numbers=new Float64Array(FIRST_POSITIONS),stamps=new Float64Array(FIRST_POSITIONS),positions=createRowPositions(position=>numbers[position]??0),free.length=0,freedLately.length=0,extent=0,size=0,isUnwanted=!1};return{size:()=>size,extent:()=>extent,bytes:()=>segments.length*SEGMENT_BYTES+numbers.byteLength+stamps.byteLength+positions.bytes(),has:row=>positions.find(row)>=0,put(rows,code,given){if(code.byteLength!==rows.length*codeBytes)throw new Error(`${code.byteLength} bytes for ${rows.length} codes of ${codeBytes} bytes`);let plain=new Uint8Array(code.buffer,code.byteOffset,code.byteLength),tails=new DataView(code.buffer,code.byteOffset,code.byteLength),copied=0,first=-1,copyUntil=end=>{end!==copied&&(segmentBytes(first).set(plain.subarray(copied*codeBytes,end*codeBytes),startOf(first)),copied=end)};for(let index=0;index<rows.length;index+=1){let row=rows[index]??0,known=positions.find(row),position=known>=0?known:take(row);position===first+(index-copied)&&position%layout.rows!==0||(copyUntil(index),first=position),stamps[position]=given[index]??0;let tail2=index*codeBytes+layout.stride,left=codes.residual(tails.getFloat32(tail2,!0),tails.getFloat32(tail2+4,!0));left>residual&&(residual=left)}copyUntil(rows.length)},delete(row){let position=positions.find(row);if(position<0)return;positions.remove(row);let bytes=segmentBytes(position),tail2=new DataView(bytes.buffer,bytes.byteOffset+startOf(position)+layout.stride);tail2.setFloat32(0,0,!0),tail2.setFloat32(4,Number.NEGATIVE_INFINITY,!0),numbers[position]=Number.NaN,(holders>0?freedLately:free).push(position),size-=1},rowAt(position){let row=numbers[position]??Number.NaN;return position<extent&&!Number.isNaN(row)?row:null},residual:()=>residual,maskOf({stampFrom,stampBefore,among,except}){if(stampFrom===void 0&&stampBefore===void 0&&!among&&!except)return null;let from=stampFrom??Number.NEGATIVE_INFINITY,before=stampBefore??Number.POSITIVE_INFINITY,mask=new Uint8Array(Math.ceil(extent/8)),markIfBetween=position=>{let stamp=stamps[position]??0;stamp<from||stamp>=before||(mask[position>>3]=(mask[position>>3]??0)|1<<(position&7))};if(among)for(let row of among){let position=positions.find(row);position>=0&&markIfBetween(position)}else for(let position=0;position<extent;position+=1)markIfBetween(position);for(let row of except??[]){let position=positions.find(row);position>=0&&(mask[position>>3]=(mask[position>>3]??0)&~(1<<(position&7)))}return mask},*parts(mask){let end=mask?Math.min(extent,mask.length*8):extent;for(let first=0;first<end;first+=layout.rows){let segment=segments[first/layout.rows];if(!segment)return;let rows=Math.min(layout.rows,end-first),part=mask?.subarray(first>>3,first+rows+7>>3)??null;part?.every(bits=>bits===0)||(yield{segment,rows,firstPosition:first,mask:part})}},hold(){holders+=1},release(){if(holders-=1,!(holders>0)){for(let position of freedLately.splice(0))free.push(position);isUnwanted&&clear()}},clear(){holders>0?isUnwanted=!0:clear()}}}function grown(table){let larger=new Float64Array(Math.ceil(table.length*3/2));return larger.set(table),larger}function rankRows(query,vectors,most){return Array.from(vectors,([row,vector])=>({row,score:dotProduct(query,vector)})).sort(byRank).slice(0,most)}function mergeRanked(a,b,most){return[...a,...b].sort(byRank).slice(0,most)}function byRank(a,b){return b.score-a.score||a.row-b.row}var import_node_perf_hooks=require("node:perf_hooks"),import_promises=require("node:timers/promises"),SLICE_MILLISECONDS=4;function startTimeSlices(){let end=import_node_perf_hooks.performance.now()+SLICE_MILLISECONDS,isOver=()=>import_node_perf_hooks.performance.now()>=end;return{isOver,async giveWay(){isOver()&&(await(0,import_promises.setImmediate)(),end=import_node_perf_hooks.performance.now()+SLICE_MILLISECONDS)}}}function createTopList(capacity){return{values:new Float32Array(capacity),positions:new Int32Array(capacity),count:0}}function isFull(list){return list.count===list.values.length}function toCandidates({values,positions,count}){return Array.from({length:count},(_,index)=>({position:positions[index]??0,value:values[index]??0})).sort((a,b)=>b.value-a.value||a.position-b.position)}var CANDIDATES=[1024,16384],FIRST_FETCH={int8:6,bits:16},MOST_AT_A_TIME=256,MOST_FETCHED=128,SPREADS=1.5;async function searchRows(rows,codes,kernel,query,search){let slices=startTimeSlices(),mask=rows.maskOf(search.filter??{}),prepared2=codes.prepare(query),ranking=startRanking(query,search,slices);for(let capacity of CANDIDATES){let list=await scan(rows,kernel,codes,prepared2,mask,capacity,slices),certainty=await rescore(list,rows,codes,prepared2,search,ranking);if(certainty)return{rows:ranking.best(),certainty,fetched:ranking.fetched()}}return await ranking.add(allRows(rows,mask)),{rows:ranking.best(),certainty:"proven",fetched:ranking.fetched()}}async function scan(rows,kernel,codes,prepared2,mask,capacity,slices){let list=createTopList(capacity),layout=layoutOf(codes),parts=rows.parts(mask),isDone=!1;for(;!isDone;)await slices.giveWay(),kernel.scan(layout,prepared2,list,()=>{if(slices.isOver())return null;let next=parts.next();return isDone=next.done===!0,next.done?null:next.value});return list}async function rescore(list,rows,codes,prepared2,search,ranking){let candidates=toCandidates(list),{limit,untilProven=!1}=search,slack=prepared2.slack(rows.residual()),spread=prepared2.spread(rows.residual()),isDecided=next=>{let least=ranking.leastOfBest(),estimate=next+prepared2.constant;return estimate+slack<least?"proven":untilProven||spread===null?null:estimate+SPREADS*spread<least?"likely":ranking.fetched()>=MOST_FETCHED*limit?"cut":null},until=FIRST_FETCH[codes.kind]*limit;for(let start=0;start<candidates.length;start=until,until*=2){let batch=candidates.slice(start,until);await ranking.add(batch.flatMap(({position})=>rows.rowAt(position)??[]));let next=candidates[start+batch.length],certainty=next?isDecided(next.value):null;if(certainty)return certainty}let last=candidates.at(-1);return isFull(list)&&last?isDecided(last.value):"proven"}function startRanking(query,{limit,fetch},slices){let seen=new Set,best=[],addBatch=async batch=>{best=mergeRanked(best,rankRows(query,await fetch(batch),limit),limit),await slices.giveWay()};return{async add(rows){let batch=[];for(let row of rows)seen.has(row)||(seen.add(row),batch.push(row),!(batch.length<MOST_AT_A_TIME)&&(await addBatch(batch),batch=[]));batch.length>0&&await addBatch(batch)},best:()=>best,leastOfBest:()=>best.length<limit?Number.NEGATIVE_INFINITY:best[limit-1]?.score??0,fetched:()=>seen.size}}function*allRows(rows,mask){let end=rows.extent();for(let position=0;position<end;position+=1){if(mask&&((mask[position>>3]??0)>>(position&7)&1)===0)continue;let row=rows.rowAt(position);row!==null&&(yield row)}}var BYTES_AROUND_A_CODE=1.5*16+8;function chooseCodes(rows,dimension,budgetBytes){let strides={int8:roundUpTo(16,dimension),bits:roundUpTo(8,Math.ceil(dimension/8))},fits=kind=>rows*(strides[kind]+8+BYTES_AROUND_A_CODE)<=budgetBytes;return fits("int8")?"int8":fits("bits")?"bits":null}var VECTOR_KERNEL="AGFzbQEAAAABKANgBX1/f39/AGALf39/f31/f39/f38Bf2AMf39/f399f39/f39/AX8CDwEDZW52Bm1lbW9yeQIAAAMEAwABAgcgAwhzY2FuSW50OAABCHNjYW5CaXRzAAIGbWVtb3J5AgAK3wcDnAECA38CfQNAAkAgBkEBdEEBaiIFIARODQAgAiAFQQJ0aioCACEJIAVBAWoiByAESARAIAIgB0ECdGoqAgAiCCAJXQRAIAghCSAHIQULCyAAIAlfDQAgAyAFQQJ0aigCACEHIAZBAnQiBiACaiAJOAIAIAMgBmogBzYCACAFIQYMAQsLIAZBAnQiBCACaiAAOAIAIAMgBGogATYCAAukAwMFfwJ7An0DQCACIA1KBEAgBQR/IAUgDUEDdWotAAAgDUEHcXVBAXEFQQELBEAgACANIAFBCGpsaiEM/QwAAAAAAAAAAAAAAAAAAAAAIRH9DAAAAAAAAAAAAAAAAAAAAAAhEEEAIQsDQCABIAtLBEAgESALIAxqIg79AQAAIAMgC0EBdGoiD/0ABAD9ugH9rgEhESAQIA79AQAIIA/9AAQQ/boB/a4BIRAgC0EQaiELDAELCyARIBD9rgEiEP0bACAQ/RsBaiAQ/RsCaiAQ/RsDarIgBJQgASAMaiILKgIAlCALKgIEkiESIAYgDWohDgJAIAkgCkYEQCASIAcqAgBeBEAgEiAOIAcgCCAJEAALDAELIBJDAACA/15FDQAgCiELA0AgC0EASgRAIAcgC0EBa0EBdSIMQQJ0Ig9qKgIAIhMgEl9FBEAgCCAPaigCACEPIAtBAnQiCyAHaiATOAIAIAggC2ogDzYCACAMIQsMAgsLCyALQQJ0IgsgB2ogEjgCACAIIAtqIA42AgAgCkEBaiEKCwsgDUEBaiENDAELCyAKC5gDAwV/An0FfgNAIAIgDkoEQCAGBH8gBiAOQQN1ai0AACAOQQdxdUEBcQVBAQsEQCAAIA4gAUEIamxqIQ1CACETQgAhFEIAIRVCACEWQQAhDANAIAEgDEsEQCATIAwgDWopAwAiFyADIAxBAnRqIg8pAwCDe3whEyAUIBcgDykDCIN7fCEUIBUgFyAPKQMQg3t8IRUgFiAXIA8pAxiDe3whFiAMQQhqIQwMAQsLIBMgFEIBhnwgFUIChnwgFkIDhn2nQQF0IARrsiAFlCABIA1qIgwqAgCUIAwqAgSSIREgByAOaiEPAkAgCiALRgRAIBEgCCoCAF4EQCARIA8gCCAJIAoQAAsMAQsgEUMAAID/XkUNACALIQwDQCAMQQBKBEAgCCAMQQFrQQF1Ig1BAnQiEGoqAgAiEiARX0UEQCAJIBBqKAIAIRAgDEECdCIMIAhqIBI4AgAgCSAMaiAQNgIAIA0hDAwCCwsLIAxBAnQiDCAIaiAROAIAIAkgDGogDzYCACALQQFqIQsLCyAOQQFqIQ4MAQsLIAsL";function createPlainKernel(){let free=[],made=0;return{instructions:"plain",reservedBytes:()=>made*SEGMENT_BYTES,allocate(){let released=free.pop();if(released)return released;made+=1;let bytes=new Uint8Array(SEGMENT_BYTES);return{bytes:()=>bytes}},release(segment){free.push(segment)},scan(layout,query,list,nextPart){let multiply=layout.kind==="int8"?int8Products(query):bitProducts(query);for(let part=nextPart();part;part=nextPart())scanPart(part,layout,query.factor,list,multiply)}}}function int8Products(query){let integers=new Int16Array(query.bytes.slice().buffer);return(bytes,at,stride)=>{let codes=new Int8Array(bytes.buffer,bytes.byteOffset+at,stride),sum=0;for(let index=0;index<stride;index+=1)sum+=(codes[index]??0)*(integers[index]??0);return sum}}function bitProducts(query){let planes=new Uint32Array(query.bytes.slice().buffer);return(bytes,at,stride)=>{let words=new Uint32Array(bytes.buffer,bytes.byteOffset+at,stride/4),sum=0;for(let index=0;index<words.length;index+=1){let word=words[index]??0,plane=(index>>1)*8+(index&1);sum+=countOnes(word&(planes[plane]??0))+2*countOnes(word&(planes[plane+2]??0))+4*countOnes(word&(planes[plane+4]??0))-8*countOnes(word&(planes[plane+6]??0))}return 2*sum-query.total}}function countOnes(word){let pairs2=word-(word>>>1&1431655765),nibbles=(pairs2&858993459)+(pairs2>>>2&858993459);return Math.imul(nibbles+(nibbles>>>4)&252645135,16843009)>>>24}function scanPart({segment,rows,firstPosition,mask},{stride},factor,list,multiply){let bytes=segment.bytes(),view=new DataView(bytes.buffer,bytes.byteOffset,bytes.byteLength);for(let row=0;row<rows;row+=1){if(mask&&((mask[row>>3]??0)>>(row&7)&1)===0)continue;let at=row*(stride+8),tail2=at+stride,product=Math.fround(Math.fround(multiply(bytes,at,stride))*factor),scaled=Math.fround(product*view.getFloat32(tail2,!0));offer(list,Math.fround(scaled+view.getFloat32(tail2+4,!0)),firstPosition+row)}}function offer(list,value,position){if(list.count===list.values.length){value>(list.values[0]??0)&&sink(list,value,position);return}value>Number.NEGATIVE_INFINITY&&(rise(list,value,position),list.count+=1)}function rise({values,positions,count},value,position){let at=count;for(;at>0;){let parent=at-1>>1;if((values[parent]??0)<=value)break;values[at]=values[parent]??0,positions[at]=positions[parent]??0,at=parent}values[at]=value,positions[at]=position}function sink({values,positions,count},value,position){let at=0;for(;;){let child=2*at+1;if(child>=count||(child+1<count&&(values[child+1]??0)<(values[child]??0)&&(child+=1),(values[child]??0)>=value))break;values[at]=values[child]??0,positions[at]=positions[child]??0,at=child}values[at]=value,positions[at]=position}var QUERY_AT=0,MASK_AT=64*1024,VALUES_AT=80*1024,POSITIONS_AT=144*1024,PAGE_BYTES=64*1024,SEGMENTS_AT_A_TIME=16,PAGES_AT_A_TIME=SEGMENTS_AT_A_TIME*SEGMENT_BYTES/PAGE_BYTES;function createSimdKernel(binary){let host=globalThis.WebAssembly;if(!host?.validate(binary)||!IS_LITTLE_ENDIAN)return null;let memory=new host.Memory({initial:SEGMENT_BYTES/PAGE_BYTES}),instance=new host.Instance(new host.Module(binary),{env:{memory}}),{scanInt8,scanBits}=instance.exports,free=[],addresses=new WeakMap,segmentAt=address=>{let view=new Uint8Array(memory.buffer,address,SEGMENT_BYTES),segment={bytes(){return view.buffer!==memory.buffer&&(view=new Uint8Array(memory.buffer,address,SEGMENT_BYTES)),view}};return addresses.set(segment,address),segment},grow=()=>{let start=memory.grow(PAGES_AT_A_TIME)*PAGE_BYTES;for(let index=SEGMENTS_AT_A_TIME-1;index>=0;index-=1)free.push(segmentAt(start+index*SEGMENT_BYTES))};return{instructions:"simd",reservedBytes:()=>memory.buffer.byteLength,allocate(){free.length===0&&grow();let segment=free.pop();if(!segment)throw new Error("the memory for vectors did not grow");return segment},release(segment){free.push(segment)},scan(layout,query,list,nextPart){let bytes=new Uint8Array(memory.buffer),values=new Float32Array(memory.buffer,VALUES_AT,list.values.length),positions=new Int32Array(memory.buffer,POSITIONS_AT,list.positions.length);bytes.set(query.bytes,QUERY_AT),values.set(list.values),positions.set(list.positions);for(let part=nextPart();part;part=nextPart()){let address=addresses.get(part.segment)??0;part.mask&&bytes.set(part.mask,MASK_AT);let rows=[address,layout.stride,part.rows,QUERY_AT],rest=[query.factor,part.mask?MASK_AT:0,part.firstPosition,VALUES_AT,POSITIONS_AT,list.values.length,list.count];list.count=layout.kind==="int8"?scanInt8(...rows,...rest):scanBits(...rows,query.total,...rest)}list.values.set(values),list.positions.set(positions)}}}function createKernel(){return createSimdKernel(Buffer.from(VECTOR_KERNEL,"base64"))??createPlainKernel()}function createVectorIndex(codes,kernel){let rows=createRows(codes,kernel);return{put:rows.put,delete:rows.delete,has:rows.has,size:rows.size,bytes:rows.bytes,async search(query,search){if(query.length!==codes.dimension)throw new Error(`a query of ${query.length} components in an index of ${codes.dimension}`);rows.hold();try{return await searchRows(rows,codes,kernel,query,search)}finally{rows.release()}},close:rows.clear}}function createMutex(){let waiting=[],locked=!1;return{async lock(){if(!locked){locked=!0;return}await new Promise(resolve=>waiting.push(resolve))},unlock(){let next=waiting.shift();next?next():locked=!1}}}function toStoredVectors(vectors){return vectors.map(({row,vector})=>[row,vector])}var MEAN_OF=1e3;async function codesFor(kind,setRow,dimension,reads2){if(kind==="int8")return createInt8Codes(dimension);let sample=await reads2.sample(setRow,MEAN_OF),mean=new Float32Array(dimension);for(let vector of sample)for(let at=0;at<dimension;at+=1)mean[at]=(mean[at]??0)+(vector[at]??0)/sample.length;return createBitCodes(mean)}function createMirror({setRow,codes,kernel,reads:reads2}){let index=createVectorIndex(codes,kernel),mutex=createMutex(),lastStamp=0,lastDeletion,encode=vectors=>({rows:vectors.map(({row})=>row),stamps:vectors.map(({stamp})=>stamp),codes:Buffer.concat(vectors.map(({vector})=>codes.encode(vector)))}),isInt8=codes.kind==="int8",readAfter=async stamp=>isInt8?reads2.codesAfter(setRow,stamp):encode(await reads2.vectorsAfter(setRow,stamp)),readOf=async rows=>isInt8?reads2.codesOf(setRow,rows):encode(await reads2.vectorsOf(setRow,rows));async function takeDeletions(slices){for(lastDeletion??=await reads2.lastDeletion();;){let{rows,last,hasMore,isGapped}=await reads2.deletionsAfter(setRow,lastDeletion);if(isGapped)return!1;if(rows.length>0){let present=await readOf(rows);for(let row of rows)index.delete(row);index.put(present.rows,present.codes,present.stamps)}if(lastDeletion=last,!hasMore)return!0;await slices.giveWay()}}async function takeOver(){let slices=startTimeSlices();if(!await takeDeletions(slices))return!1;for(;;){let batch=await readAfter(lastStamp),newest=batch.stamps.at(-1);if(newest===void 0)return!0;index.put(batch.rows,batch.codes,batch.stamps),lastStamp=newest,await slices.giveWay()}}return{kind:codes.kind,dimension:codes.dimension,size:index.size,bytes:index.bytes,async update(){await mutex.lock();try{return await takeOver()}finally{mutex.unlock()}},search:(query,search)=>index.search(query,{...search,fetch:async rows=>toStoredVectors(await reads2.vectorsOf(setRow,rows))}),close:index.close}}var FEWEST_ROWS=1e3,ROOM_TO_GROW=1.1;function createMirrors(reads2,budgetBytes){let residents=new Map,kernel,bytes=()=>{let sum=0;for(let{mirror}of residents.values())sum+=mirror.bytes();return sum},drop=(setRow,resident)=>{residents.get(setRow)===resident&&residents.delete(setRow),resident.isUnwanted=!0,resident.users===0&&resident.mirror.close()},makeRoom=kept=>{for(let[setRow,resident]of residents){if(bytes()<=budgetBytes)return;resident!==kept&&drop(setRow,resident)}};async function open(setRow){let dimension=await reads2.dimension(setRow);if(dimension===null||budgetBytes<=0||await reads2.count(setRow,FEWEST_ROWS)<FEWEST_ROWS)return null;let rows=await reads2.count(setRow,Number.MAX_SAFE_INTEGER),kind=chooseCodes(rows*ROOM_TO_GROW,dimension,budgetBytes);if(!kind)return null;let codes=await codesFor(kind,setRow,dimension,reads2),known=residents.get(setRow);if(known)return known;kernel??=createKernel();let resident={mirror:createMirror({setRow,codes,kernel,reads:reads2}),users:0,isUnwanted:!1};return residents.set(setRow,resident),resident}async function useResident(setRow,resident,work){let{mirror}=resident;resident.users+=1,residents.delete(setRow),residents.set(setRow,resident);try{if(!await mirror.update())return drop(setRow,resident),"behind";let fitting=chooseCodes(mirror.size(),mirror.dimension,budgetBytes);return fitting===mirror.kind||fitting==="int8"&&mirror.kind==="bits"?makeRoom(resident):drop(setRow,resident),await work(mirror)}finally{resident.users-=1,resident.isUnwanted&&resident.users===0&&mirror.close()}}return{async use(setRow,work){for(;;){let resident=residents.get(setRow)??await open(setRow);if(!resident)return null;let result=await useResident(setRow,resident,work);if(result!=="behind")return result}},get count(){return residents.size},bytes}}var FEW=1e3;async function findByMeaning(request,meaning,options){let newest=await options.reads.newest(),upTo=meaning.upTo??newest,isLate=!1,lists=[];for(let{handle,vector,weight}of meaning.questions){let entries=[],size=0;for(let set of meaning.sets.filter(each=>each.handle===handle)){if(await options.reads.dimension(set.row)!==vector.length)continue;let found=await searchSet({...options,request,set,query:vector,upTo:meaning.upTo});found||(isLate=!0),entries=mergeRanked(entries,found?.entries??[],options.most),size+=found?.size??0}entries.length>0&&lists.push({weight,size,entries})}return{lists,upTo,isLate}}async function searchSet(search){let{reads:reads2,mirrors,request,set,patienceMilliseconds}=search,except=await reads2.refused(request,set.owner),few=except?void 0:await reads2.passing(request,set.owner,FEW);if(few)return scoreSome(search,few);let used=mirrors.use(set.row,mirror=>searchMirror(search,mirror,except)),found=await Promise.race([used,late(patienceMilliseconds)]);return found==="late"?(used.catch(()=>{}),null):found??scoreAll(search,except)}async function searchMirror(search,mirror,except){let filter=await filterOf(search,except),{query,most:limit,untilProven=!1}=search,{rows}=await mirror.search(query,{limit,filter,untilProven});return{entries:rows,size:mirror.size()}}async function filterOf({reads:reads2,request,set,upTo},except){let among=except?void 0:await reads2.passing(request,set.owner,Number.MAX_SAFE_INTEGER);return{...upTo!==void 0&&{stampBefore:upTo+1},...among&&{among},...except&&except.length>0&&{except}}}async function scoreSome({reads:reads2,set,query,most,upTo=Number.MAX_SAFE_INTEGER},rows){let known=(await reads2.vectorsOf(set.row,rows)).filter(({stamp})=>stamp<=upTo);return{entries:rankRows(query,toStoredVectors(known),most),size:known.length}}async function scoreAll(search,except){let{reads:reads2,set,query,most,upTo=Number.MAX_SAFE_INTEGER}=search,slices=startTimeSlices(),filter=await filterOf(search,except),among=filter.among&&new Set(filter.among),refused=new Set(except),entries=[],size=0;for(let last=0;;){let batch=await reads2.vectorsAfter(set.row,last),newest=batch.at(-1)?.stamp;if(newest===void 0)return{entries,size};last=newest;let allowed=batch.filter(({row,stamp})=>stamp<=upTo&&!refused.has(row)&&(!among||among.has(row)));if(size+=allowed.length,entries=mergeRanked(entries,rankRows(query,toStoredVectors(allowed),most),most),newest>=upTo)return{entries,size};await slices.giveWay()}}function late(milliseconds){return new Promise(resolve=>setTimeout(resolve,milliseconds,"late").unref())}var SEARCHED_ROLES=["user","assistant","system"];function passesBesideScope(index,filter){return conditions(index==="passage"?[...dates(filter),...(filter.tags??[]).map(anyTag=>({sql:`(SELECT 1 FROM passage_tag WHERE passage_tag.namespace = entry.namespace AND passage_id = entry.id\n                 AND tag IN (SELECT value FROM json_each(?)) LIMIT 1) IS NOT NULL`,values:[JSON.stringify(anyTag)]}))]:[...dates(filter),notOfRun(filter)])}function ofRoles({roles}){return{sql:"entry.role IN (SELECT value FROM json_each(?))",values:[JSON.stringify(roles??[])]}}function passesWhole({index,namespace,filter},owners){let ofOwners={sql:`entry.namespace = ? AND ${index==="passage"?"entry.archive_id":"entry.agent_id"} IN (SELECT value FROM json_each(?))`,values:[namespace,JSON.stringify(owners)]},ofKind=index==="passage"?[!filter.includeSuperseded&&{sql:"entry.superseded_by IS NULL",values:[]},...(filter.tags??[]).map(anyTag=>({sql:`entry.id IN (SELECT passage_id FROM passage_tag\n                  WHERE namespace = ? AND tag IN (SELECT value FROM json_each(?)))`,values:[namespace,JSON.stringify(anyTag)]}))]:[{sql:"entry.text <> \'\'",values:[]},ofRoles(filter),notOfRun(filter)];return conditions([ofOwners,...ofKind,...dates(filter)])??ofOwners}function passingEntries(prepare,request,owner,most){let{sql,values}=passesWhole(request,[owner]),found=prepare(`SELECT json_group_array(row) FROM\n     (SELECT row FROM ${request.index} AS entry WHERE ${sql} LIMIT ?)`).pluck().get(...values,Math.min(most+1,Number.MAX_SAFE_INTEGER)),rows=JSON.parse(String(found));return rows.length>most?void 0:rows}function excludedEntries(prepare,{index,namespace,filter},owner){let{after:after2,before,tags=[],roles=[],exceptRun,includeSuperseded}=filter;if(after2!==void 0||before!==void 0||tags.length>0)return null;let rows=(sql,...values)=>prepare(sql).pluck().all(...values);return index==="passage"?includeSuperseded?[]:rows(`SELECT row FROM passage INDEXED BY passage_superseded\n           WHERE namespace = ? AND archive_id = ? AND superseded_by IS NOT NULL`,namespace,owner):SEARCHED_ROLES.every(role=>roles.includes(role))?exceptRun===void 0?[]:rows("SELECT row FROM message WHERE namespace = ? AND run_id = ?",namespace,exceptRun):null}function conditions(all){let given=all.filter(fragment=>fragment!==!1);if(given.length!==0)return{sql:given.map(({sql})=>sql).join(" AND "),values:given.flatMap(({values})=>values)}}function dates({after:after2,before}){return[after2!==void 0&&{sql:"entry.created_at >= ?",values:[after2]},before!==void 0&&{sql:"entry.created_at <= ?",values:[before]}]}function notOfRun({exceptRun}){return exceptRun!==void 0&&{sql:"entry.run_id IS NOT ?",values:[exceptRun]}}var prepared=new WeakMap;function preparedOn(db2){let statements=prepared.get(db2)??new Map;return prepared.set(db2,statements),sql=>{let known=statements.get(sql);if(known)return known;statements.size>=100&&statements.clear();let made=db2.prepare(sql);return statements.set(sql,made),made}}var BATCH_BYTES=1e6,DELETIONS_AT_A_TIME=1e3;function openVectorReads(db2){let prepare=preparedOn(db2),number=(sql,...values)=>prepare(sql).get(...values)?.found??0,dimension=setRow=>number("SELECT dimension AS found FROM vector_set WHERE row = ?",setRow),toVectors=rows=>rows.map(({row,stamp,vector})=>({row,stamp,vector:decodeFloat32(vector)})),codes=(selected,...values)=>{let found=prepare(`SELECT json_group_array(entry_row) AS rows, json_group_array(row) AS stamps,\n         cast(group_concat(code, \'\') AS BLOB) AS codes\n       FROM (SELECT row, entry_row, code FROM vector_code ${selected})`).get(...values);return{rows:JSON.parse(found.rows),stamps:JSON.parse(found.stamps),codes:found.codes??new Uint8Array}};return{count:(setRow,most)=>number("SELECT count(*) AS found FROM (SELECT 1 FROM vector WHERE set_row = ? LIMIT ?)",setRow,most),dimension:setRow=>dimension(setRow)||null,codesAfter:(setRow,stamp)=>codes("WHERE set_row = ? AND row > ? ORDER BY row LIMIT ?",setRow,stamp,Math.ceil(BATCH_BYTES/(dimension(setRow)||1))),codesOf:(setRow,rows)=>codes(`WHERE row IN (SELECT row FROM vector WHERE set_row = ? AND entry_row IN (SELECT value FROM json_each(?)))\n         ORDER BY row`,setRow,JSON.stringify(rows)),vectorsAfter:(setRow,stamp)=>toVectors(prepare(`SELECT entry_row AS row, row AS stamp, vector FROM vector\n           WHERE set_row = ? AND row > ? ORDER BY row LIMIT ?`).all(setRow,stamp,Math.ceil(BATCH_BYTES/(4*(dimension(setRow)||1))))),vectorsOf:(setRow,rows)=>toVectors(prepare(`SELECT entry_row AS row, row AS stamp, vector FROM vector\n           WHERE set_row = ? AND entry_row IN (SELECT value FROM json_each(?))`).all(setRow,JSON.stringify(rows))),sample(setRow,most){let least=number("SELECT min(row) AS found FROM vector WHERE set_row = ?",setRow),greatest=number("SELECT max(row) AS found FROM vector WHERE set_row = ?",setRow),at=prepare("SELECT vector FROM vector WHERE set_row = ? AND row >= ? ORDER BY row LIMIT 1").pluck();return Array.from({length:most},(_,index)=>{let vector=at.get(setRow,least+Math.floor((greatest-least)*index/most));return vector instanceof Uint8Array?[decodeFloat32(vector)]:[]}).flat()},newest:()=>number("SELECT max(row) AS found FROM vector"),lastDeletion:()=>number("SELECT seq AS found FROM sqlite_sequence WHERE name = \'vector_gone\'"),deletionsAfter(setRow,after2){let head=number("SELECT seq AS found FROM sqlite_sequence WHERE name = \'vector_gone\'"),rows=prepare("SELECT row, entry_row FROM vector_gone WHERE set_row = ? AND row > ? AND row <= ? ORDER BY row LIMIT ?").all(setRow,after2,head,DELETIONS_AT_A_TIME),hasMore=rows.length===DELETIONS_AT_A_TIME,last=hasMore?rows.at(-1)?.row??head:head,there=number("SELECT count(*) AS found FROM vector_gone WHERE row > ? AND row <= ?",after2,last);return{rows:rows.map(({entry_row})=>entry_row),last,hasMore,isGapped:there<last-after2}},passing:(request,owner,most)=>passingEntries(prepare,request,owner,most),refused:(request,owner)=>excludedEntries(prepare,request,owner)}}var ASSISTANT_WEIGHT=.6;function openWordIndex(db2,request){let{index,namespace,filter,upTo}=request,prepare=preparedOn(db2),run=(sql,values)=>prepare(sql).all(...values),table=index==="passage"?passages(run,namespace,filter):messages(run,namespace,filter),words=`${index}_words`,scope=`scope : (${anyOf(filter.scopes)})`,match=stems2=>`${scope} AND words : (${anyOf(stems2)})`,upToRow=upTo??Number.MAX_SAFE_INTEGER,passing=table.passes?{sql:`AND (SELECT 1 FROM ${index} AS entry WHERE entry.row = ${words}.rowid AND ${table.passes.sql}) IS NOT NULL`,values:table.passes.values}:{sql:"",values:[]};function entries(rows){return run(`SELECT ${table.columns}, 1 AS passes FROM ${index} AS entry\n       WHERE row IN (SELECT value FROM json_each(?))`,[JSON.stringify(rows)])}return{size:()=>table.size(filter.owners),frequency(stems2){let[found]=run(`SELECT count(*) AS count FROM ${words} WHERE ${words} MATCH ?`,[match(stems2)]);return found?.count??0},*vocabularyNear(stem2){let rows=run(`SELECT word FROM word WHERE word >= ? AND word < ? AND length(word) BETWEEN ? AND ?\n         UNION SELECT word FROM word WHERE instr(word, ?) > 0\n         UNION SELECT word FROM word WHERE word IN (SELECT value FROM json_each(?))`,[stem2.slice(0,1),after(stem2.slice(0,1)),stem2.length-2,stem2.length+2,stem2,JSON.stringify(partsOf(stem2))]);for(let{word}of rows)yield word},best(stems2,limit){return run(`SELECT rowid AS row, -bm25(${words}, 0, 1) AS score FROM ${words}\n         WHERE ${words} MATCH ? AND rowid <= ? ${passing.sql}\n         ORDER BY bm25(${words}, 0, 1), rowid DESC LIMIT ?`,[match(stems2),upToRow,...passing.values,limit])},passing(rows){let whole=passesWhole(request,filter.owners),found=run(`SELECT row FROM ${index} AS entry\n         WHERE row IN (SELECT value FROM json_each(?)) AND row <= ? AND ${whole.sql}`,[JSON.stringify(rows),upToRow,...whole.values]);return new Set(found.map(({row})=>row))},candidates(rows){let found=entries(rows),lines=readLines(table,found),candidates=new Map,add=entry=>{let line=lines.get(table.line(entry)??"")??[],place=line.findIndex(({row})=>row===entry.row),before=place<0?[]:line.slice(Math.max(0,place-NEIGHBOURS),place).reverse(),after2=place<0?[]:line.slice(place+1,place+1+NEIGHBOURS);return candidates.set(entry.row,{...table.toCandidate(entry),before:before.map(({text})=>text),after:after2.map(({text})=>text)}),[...before,...after2]};for(let entry of found.flatMap(add))entry.passes===1&&entry.row<=upToRow&&!candidates.has(entry.row)&&add(entry);return[...candidates.values()]}}}function readLines(table,found){let byLine=new Map;for(let entry of found){let line=table.line(entry);line!==void 0&&byLine.set(line,[...byLine.get(line)??[],entry])}return new Map([...byLine].map(([line,members])=>[line,readStretches(table,members)]))}function readStretches(table,members){let read=[],stretch,[some]=members,flush=()=>{some&&stretch&&read.push(...table.stretch(some,stretch.from,stretch.to))};for(let{place}of members.toSorted((a,b)=>a.place-b.place)){let[from,to]=[place-table.reach,place+table.reach];if(stretch&&from<=stretch.to+1){stretch.to=to;continue}flush(),stretch={from,to}}return flush(),read}function passages(run,namespace,filter){let columns="entry.row, entry.archive_id AS owner, entry.text, entry.position AS place, entry.source AS kind, entry.created_at AS at",passes=passesBesideScope("passage",filter);return{columns,passes,size(owners){let[counted]=run(`SELECT sum(passage_count) AS count FROM archive\n         WHERE namespace = ? AND id IN (SELECT value FROM json_each(?))`,[namespace,JSON.stringify(owners)]);return counted?.count??0},line:({owner,kind})=>kind===""?void 0:`${owner} ${kind}`,stretch:({owner,kind},from,to)=>run(`SELECT ${columns}, ${passes?.sql??"1"} AS passes FROM passage AS entry\n         WHERE namespace = ? AND archive_id = ? AND source = ? AND source <> \'\' AND position BETWEEN ? AND ?\n           AND superseded_by IS NULL\n         ORDER BY position`,[...passes?.values??[],namespace,owner,kind,from,to]),reach:2*NEIGHBOURS,toCandidate:({row,text,owner,kind,at})=>({row,text,at,group:kind===""?null:`${owner} ${kind}`,weight:1})}}function messages(run,namespace,filter){let columns="entry.row, entry.agent_id AS owner, entry.text, entry.seq AS place, entry.role AS kind, entry.created_at AS at",passes=passesBesideScope("message",filter),ofRole=ofRoles(filter),answers=conditions([ofRole,passes??!1])??ofRole;return{columns,passes,size(owners){let[counted]=run(`SELECT sum(last_message) AS count FROM agent\n         WHERE namespace = ? AND id IN (SELECT value FROM json_each(?))`,[namespace,JSON.stringify(owners)]);return counted?.count??0},line:({owner})=>owner,stretch:({owner},from,to)=>run(`SELECT ${columns}, ${answers.sql} AS passes FROM message AS entry\n         WHERE namespace = ? AND agent_id = ? AND seq BETWEEN ? AND ? AND text <> \'\' AND role IN (\'user\', \'assistant\')\n         ORDER BY seq`,[...answers.values,namespace,owner,from,to]),reach:8*NEIGHBOURS,toCandidate:({row,text,owner,kind,at})=>({row,text,at,group:`${owner} ${at.slice(0,10)}`,weight:kind==="assistant"?ASSISTANT_WEIGHT:1})}}function anyOf(words){return words.map(word=>`"${word}"`).join(" OR ")}function after(prefix){return`${prefix}\\u{10FFFF}`}function partsOf(stem2){let parts=[];for(let length=5;length<stem2.length;length+=1)parts.push(stem2.slice(0,length),stem2.slice(-length));return parts}var setup=import_node_worker_threads.workerData,Handle=(0,import_node_module.createRequire)(setup.driver)(setup.driver),db=new Handle(setup.database,{readonly:!0,timeout:setup.busyMilliseconds}),port=import_node_worker_threads.parentPort;if(!port)throw new Error("the search worker runs as a worker only");var reads=openVectorReads(db),leg={reads,mirrors:createMirrors(reads,setup.vectorBytes),most:50,patienceMilliseconds:1500},NO_VECTORS={lists:[],upTo:0,isLate:!1};port.on("message",({id,request})=>{answer(request).catch(error=>({error:error instanceof Error?error:new Error(String(error))})).then(answered=>{let message="error"in answered?{id,...answered}:{id,answer:answered};port.postMessage(message)})});async function answer(request){let{meaning}=request,nearest=meaning?await findByMeaning(request,meaning,leg):NO_VECTORS;return rank(request,nearest)}var rank=db.transaction((request,nearest)=>{let newest=db.prepare(`SELECT max(row) FROM ${request.index}`).pluck().get(),index=openWordIndex(db,request);return{...rankedSearch(index,readQuestion(request.query),request,nearest.lists),upTo:request.upTo??(typeof newest=="number"?newest:0),vectorsUpTo:nearest.isLate?0:nearest.upTo,isFilling:nearest.isLate}});\n';

// src/storage/sqlite/search-thread.ts
function createSearchThread(setup) {
  const waiting = /* @__PURE__ */ new Map();
  let worker;
  let lastId = 0;
  function start() {
    const driver = createRequire(import.meta.url).resolve("better-sqlite3");
    const started = new Worker(SEARCH_WORKER, { eval: true, workerData: { ...setup, driver } });
    started.on("message", (message) => {
      const search2 = waiting.get(message.id);
      waiting.delete(message.id);
      if (waiting.size === 0) started.unref();
      if ("answer" in message) search2?.resolve(message.answer);
      else search2?.reject(message.error);
    });
    const died = (error) => {
      if (worker !== started) return;
      worker = void 0;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    };
    started.on("error", died);
    started.on("exit", () => died(new Error("the search thread ended")));
    return started;
  }
  return {
    search(request) {
      worker ??= start();
      const running = worker;
      running.ref();
      lastId += 1;
      const id = lastId;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        running.postMessage({ id, request });
      });
    },
    async close() {
      const running = worker;
      await running?.terminate();
    }
  };
}

// src/storage/sqlite/text-search.ts
import { sql as sql13 } from "kysely";
var sqliteTextSearch = {
  async create(db2, index2) {
    await sql13`
      CREATE VIRTUAL TABLE ${table(index2)} USING fts5(
        scope, words, content='', contentless_delete=1, tokenize='ascii'
      )`.execute(db2);
  },
  async drop(db2, index2) {
    await sql13`DROP TABLE ${table(index2)}`.execute(db2);
  },
  async add(db2, index2, entries) {
    for (const { row, scope, words } of entries) {
      await sql13`INSERT INTO ${table(index2)} (rowid, scope, words) VALUES (${row}, ${scope}, ${words.join(" ")})`.execute(
        db2
      );
    }
    const learned = new Set(entries.flatMap(({ words }) => words).filter(isLearned));
    await sql13`INSERT OR IGNORE INTO word SELECT value FROM json_each(${JSON.stringify([...learned])})`.execute(
      db2
    );
  },
  async remove(db2, index2, rows) {
    for (const row of rows) await sql13`DELETE FROM ${table(index2)} WHERE rowid = ${row}`.execute(db2);
  }
};
function table(index2) {
  return sql13.table(`${index2}_words`);
}
function isLearned(word) {
  return word.length >= 4 && word.length <= 40 && new RegExp("^\\p{L}+$", "u").test(word);
}

// src/storage/sqlite/open.ts
var WAL_LIMIT_BYTES = 64 * 1024 * 1024;
var VECTOR_BYTES = 256 * 1024 * 1024;
var dialect = {
  textSearch: sqliteTextSearch,
  rowNumber: sql14`INTEGER PRIMARY KEY AUTOINCREMENT`,
  bytes: sql14`BLOB`
};
async function openSqlite(path2, migrations = MIGRATIONS, vectorBytes = VECTOR_BYTES) {
  createFile(path2);
  const writeHandle = await connect(path2);
  const writer = new Kysely({ dialect: sqliteDialect(writeHandle) });
  try {
    const schemaVersion = await migrate({
      db: writer,
      dialect,
      migrations,
      hasVersionTable,
      backup: (version) => copyDatabase(path2, freeName(`${path2}.schema-${version}`))
    });
    const readHandle = await connect(path2);
    readHandle.pragma("query_only = ON");
    const reader = new Kysely({ dialect: sqliteDialect(readHandle) });
    const searchThread = createSearchThread({
      database: path2,
      busyMilliseconds: PATIENCE_MS,
      vectorBytes
    });
    let dataVersion;
    return createStorage({
      dialect,
      reader,
      writer,
      schemaVersion,
      searchRanked: searchThread.search,
      info: { kind: "sqlite", location: path2 },
      // Asked on the reader, to which this process's own commits are another connection's.
      mayHaveChanged() {
        const before = dataVersion;
        dataVersion = readHandle.pragma("data_version", { simple: true });
        return dataVersion !== before;
      },
      backup: (target) => copyDatabase(path2, target),
      async close() {
        await searchThread.close();
        await reader.destroy();
        await writer.destroy();
        readHandle.close();
        writeHandle.close();
      }
    });
  } catch (error) {
    writeHandle.close();
    throw error;
  }
}
function createFile(path2) {
  try {
    mkdirSync(dirname(path2), { recursive: true, mode: 448 });
    closeSync(openSync(path2, "a", 384));
  } catch (error) {
    throw cannotOpen(path2, error);
  }
}
async function connect(path2) {
  let handle2;
  try {
    const opened = new DatabaseHandle(path2, { timeout: BUSY_TIMEOUT_MS });
    handle2 = opened;
    await whileBusy(() => refuseForeign(path2, opened));
    await whileBusy(() => opened.pragma("journal_mode = WAL"));
    opened.pragma("synchronous = FULL");
    opened.pragma("foreign_keys = ON");
    opened.pragma(`journal_size_limit = ${WAL_LIMIT_BYTES}`);
    opened.function(
      "lower",
      { deterministic: true },
      (text) => typeof text === "string" ? text.toLowerCase() : text
    );
    return opened;
  } catch (error) {
    handle2?.close();
    throw error instanceof UserError ? error : cannotOpen(path2, error);
  }
}
function refuseForeign(path2, handle2) {
  const tables = handle2.prepare("SELECT name FROM sqlite_master").pluck().all();
  if (tables.length === 0 || tables.includes("schema_version")) return;
  throw new UserError(
    "unsupported",
    `${path2} is a database of another program and was left as it is. Set RECOLLECT_HOME or RECOLLECT_DATABASE_URL to another place.`
  );
}
function cannotOpen(path2, error) {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
  if (code === "SQLITE_NOTADB") {
    return new UserError(
      "unsupported",
      `${path2} is not a SQLite database and was left as it is. Set RECOLLECT_HOME or RECOLLECT_DATABASE_URL to another place.`,
      { cause: error }
    );
  }
  return new UserError(
    "unsupported",
    `The data file ${path2} can't be opened for writing (${code}). Check the rights on its directory, or set RECOLLECT_HOME to a directory that you may write to.`,
    { cause: error }
  );
}
async function hasVersionTable(db2) {
  const { rows } = await sql14`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'`.execute(
    db2
  );
  return rows.length > 0;
}
async function copyDatabase(path2, target) {
  createTarget(target);
  try {
    const source = await connect(path2);
    try {
      source.exec("BEGIN");
      source.prepare("SELECT count(*) FROM sqlite_master").get();
      await source.backup(target);
    } finally {
      source.close();
    }
  } catch (error) {
    rmSync(target, { force: true });
    throw error;
  }
}
function createTarget(target) {
  try {
    closeSync(openSync(target, "wx", 384));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    throw new UserError(
      "invalid_argument",
      code === "EEXIST" ? `${target} exists already. Name a file that does not exist yet.` : `${target} can't be written (${code}). Name a file in a directory that exists and that you may write to.`,
      { cause: error }
    );
  }
}
function freeName(stem2) {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? `${stem2}.bak` : `${stem2}.${number}.bak`;
    if (!existsSync(name)) return name;
  }
}

// src/vector/codes.ts
var CODE_TAIL_BYTES = 8;
function joinCode(stride, codes2, scale, bonus) {
  const code = new Uint8Array(stride + CODE_TAIL_BYTES);
  code.set(codes2);
  const tail = new DataView(code.buffer, stride);
  tail.setFloat32(0, scale, true);
  tail.setFloat32(4, bonus, true);
  return code;
}
function lengthOf(vector) {
  let squares = 0;
  for (let index2 = 0; index2 < vector.length; index2 += 1) squares += (vector[index2] ?? 0) ** 2;
  return Math.sqrt(squares);
}
function greatestOf(vector) {
  let greatest = 0;
  for (const component of vector) greatest = Math.max(greatest, Math.abs(component));
  return greatest;
}
function roundUpTo(multiple, value) {
  return Math.ceil(value / multiple) * multiple;
}

// src/vector/float32.ts
var IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
function encodeFloat32(vector) {
  return inStoredOrder(
    Uint8Array.from(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength))
  );
}
function inStoredOrder(bytes) {
  if (!IS_LITTLE_ENDIAN) Buffer.from(bytes.buffer).swap32();
  return bytes;
}

// src/vector/int8-codes.ts
var GREATEST_CODE = 127;
var GREATEST_IN_QUERY = 8191;
var GREATEST_INTEGER = 2 ** 31 - 1;
var MARGIN = 2e-6;
function createInt8Codes(dimension) {
  const stride = roundUpTo(16, dimension);
  const greatestInQuery = Math.min(
    GREATEST_IN_QUERY,
    Math.floor(GREATEST_INTEGER / (GREATEST_CODE * stride))
  );
  return {
    kind: "int8",
    dimension,
    stride,
    encode(vector) {
      const scale = Math.fround(greatestOf(vector) / GREATEST_CODE);
      const codes2 = new Int8Array(stride);
      const rest = new Float64Array(dimension);
      vector.forEach((component, index2) => {
        const code = rounded(component, scale, GREATEST_CODE);
        codes2[index2] = code;
        rest[index2] = component - code * scale;
      });
      return joinCode(stride, new Uint8Array(codes2.buffer), scale, lengthOf(rest) + MARGIN);
    },
    prepare(query) {
      const factor = Math.fround(greatestOf(query) / greatestInQuery);
      const integers = new Int16Array(stride);
      const rest = new Float64Array(dimension);
      query.forEach((component, index2) => {
        const integer = rounded(component, factor, greatestInQuery);
        integers[index2] = integer;
        rest[index2] = component - integer * factor;
      });
      const slack = 2 * lengthOf(rest) + MARGIN;
      return {
        bytes: new Uint8Array(integers.buffer),
        factor,
        total: 0,
        constant: 0,
        slack: () => slack,
        spread: () => null
      };
    },
    residual: () => 0
  };
}
function rounded(component, scale, greatest) {
  const integer = Math.round(component / scale);
  return Math.max(-greatest, Math.min(greatest, integer));
}

// src/vector/kernel/segment-layout.ts
var SEGMENT_BYTES = 256 * 1024;

// src/vector/choose-codes.ts
var BYTES_AROUND_A_CODE = 1.5 * (8 + 8) + 8;

// src/vector/kernel/simd-kernel.ts
var MASK_AT = 64 * 1024;
var VALUES_AT = 80 * 1024;
var POSITIONS_AT = 144 * 1024;
var PAGE_BYTES = 64 * 1024;
var SEGMENTS_AT_A_TIME = 16;
var PAGES_AT_A_TIME = SEGMENTS_AT_A_TIME * SEGMENT_BYTES / PAGE_BYTES;

// src/storage/vectors/vector-writes.ts
async function putVectors(db2, vectors) {
  for (const { setRow, entryRow, vector } of vectors) {
    await db2.deleteFrom("vector").where("set_row", "=", setRow).where("entry_row", "=", entryRow).execute();
    const { row } = await db2.insertInto("vector").values({ set_row: setRow, entry_row: entryRow, vector: encodeFloat32(vector) }).returning("row").executeTakeFirstOrThrow();
    const code = codesOf(vector.length).encode(vector);
    await db2.insertInto("vector_code").values({ row, set_row: setRow, entry_row: entryRow, code }).execute();
  }
}
var codes = /* @__PURE__ */ new Map();
function codesOf(dimension) {
  const known = codes.get(dimension) ?? createInt8Codes(dimension);
  codes.set(dimension, known);
  return known;
}

// src/core/text.ts
function cleanText(text) {
  return text.toWellFormed().replaceAll("\0", "\uFFFD");
}

// src/core/unit-length.ts
function toUnitLength(vector) {
  const single = Float32Array.from(vector);
  let squares = 0;
  for (const component of single) squares += component * component;
  const length = Math.sqrt(squares);
  if (!(length > 0 && length < Number.POSITIVE_INFINITY)) return null;
  return single.map((component) => component / length);
}

// src/llm/hash-embedder.ts
var HASH_HANDLE = "local/hash";
var WEIGHT = 0.1;
var DIMENSION = 1024;
var WORD2 = /[\p{L}\p{N}\p{M}\p{Co}\p{So}]+/gu;
var SHORTEST_PIECE = 3;
var LONGEST_PIECE = 5;
var PIECE_WEIGHT = 0.5;
var COMMON_WEIGHT = 0.1;
var COMMON_WORDS = new Set(
  `a about all am an and any are as at be been but by can could did do does for from had has have he her him his how i if in
  into is it its just me my no not of on or our she should so some than that the their them then there these they this to
  up was we were what when where which who why will with would you your`.split(/\s+/)
);
var TWO_TO_32 = 2 ** 32;
function createHashEmbedder() {
  return {
    handle: HASH_HANDLE,
    weight: WEIGHT,
    dimension: () => DIMENSION,
    async embed(texts, _purpose, signal) {
      if (signal.aborted) {
        const message = "The embedding was cancelled.";
        return { embedded: [], failure: { reason: "aborted", message, hint: "Ask again." } };
      }
      return { embedded: texts.map(embedText), failure: null };
    }
  };
}
function embedText(given) {
  const text = cleanText(given);
  if (text === "") return { kind: "refused", problem: "The text is empty." };
  const counts = /* @__PURE__ */ new Map();
  const add = (feature, weight) => {
    counts.set(feature, (counts.get(feature) ?? 0) + weight);
  };
  const words = text.normalize("NFKC").toLowerCase().match(WORD2) ?? [];
  for (const word of words) addWord(word, add);
  if (words.length === 0) addPieces(text, 1, add);
  const components = new Float64Array(DIMENSION);
  for (const [feature, count] of counts) {
    const hash2 = hashText(feature);
    const index2 = hash2 % DIMENSION;
    const weight = Math.sqrt(count);
    components[index2] = (components[index2] ?? 0) + (hash2 >= TWO_TO_32 / 2 ? -weight : weight);
  }
  const vector = toUnitLength(components) ?? oneComponent(hashText(text) % DIMENSION);
  return { kind: "vector", vector };
}
function addWord(word, add) {
  const weight = COMMON_WORDS.has(word) ? COMMON_WEIGHT : 1;
  add(`word ${word}`, weight);
  addPieces(`<${word}>`, PIECE_WEIGHT * weight, add);
}
function addPieces(text, weight, add) {
  const characters = [...text];
  for (let length = SHORTEST_PIECE; length <= LONGEST_PIECE; length += 1) {
    for (let start = 0; start + length <= characters.length; start += 1) {
      add(characters.slice(start, start + length).join(""), weight);
    }
  }
  if (characters.length < SHORTEST_PIECE) add(text, weight);
}
function oneComponent(index2) {
  const vector = new Float32Array(DIMENSION);
  vector[index2] = 1;
  return vector;
}
function hashText(text) {
  let hash2 = 2166136261;
  for (let index2 = 0; index2 < text.length; index2 += 1) {
    hash2 = Math.imul(hash2 ^ text.charCodeAt(index2), 16777619);
  }
  hash2 = Math.imul(hash2 ^ hash2 >>> 16, 2246822507);
  hash2 = Math.imul(hash2 ^ hash2 >>> 13, 3266489909);
  return (hash2 ^ hash2 >>> 16) >>> 0;
}

// test/support/stores.ts
var NOON = Date.UTC(2026, 2, 31, 12);
function at(seconds = 0) {
  return toTimestamp(NOON + seconds * 1e3);
}
var byClient = { author: { kind: "client" }, at: at() };
function someAgent(fields = {}) {
  return {
    id: newId("agent"),
    name: "Ada",
    description: "",
    agentType: "memgpt_agent",
    model: null,
    contextWindow: DEFAULT_CONTEXT_WINDOW,
    system: null,
    tags: [],
    tools: [],
    settings: DEFAULT_SETTINGS,
    toolRules: [],
    createdAt: at(),
    updatedAt: at(),
    ...fields
  };
}
function somePassage(archiveId, fields = {}) {
  return {
    id: newId("passage"),
    archiveId,
    text: "The kettle is in the garden.",
    tags: [],
    source: "",
    createdAt: at(),
    ...fields
  };
}
async function insertAgent(store2, fields = {}) {
  const agent = someAgent(fields);
  await store2.transaction((tx) => tx.agents.insert(agent));
  return agent;
}
async function insertArchive(store2, agentId) {
  const id = newId("archive");
  await store2.transaction((tx) => tx.passages.createArchive(agentId, { id, name: "", at: at() }));
  return id;
}
async function insertPassages(store2, archiveId, passages) {
  const all = passages.map((fields) => somePassage(archiveId, fields));
  return store2.transaction((tx) => tx.passages.insert(all, at()));
}

// ../../../tmp/legwork/eval.ts
import Database from "better-sqlite3";
import { Kysely as Kysely2 } from "kysely";
import { rmSync as rmSync2, mkdirSync as mkdirSync2 } from "node:fs";
var LIMIT_Q = Number(process.env.Q ?? 60);
var data = readLocomo("/work/shared/data/locomo-dev.json");
rmSync2("/tmp/legwork/db", { recursive: true, force: true });
mkdirSync2("/tmp/legwork/db");
var path = "/tmp/legwork/db/r.db";
var storage = await openSqlite(path);
var store = storage.in("default");
var handle = new Database(path);
handle.pragma("foreign_keys=ON");
var db = new Kysely2({ dialect: sqliteDialect(handle) });
var seed = 1;
var rnd = () => {
  seed = seed + 1831565813 | 0;
  let m = Math.imul(seed ^ seed >>> 15, seed | 1);
  m ^= m + Math.imul(m ^ m >>> 7, m | 61);
  return ((m ^ m >>> 14) >>> 0) / 2 ** 32;
};
var normal = () => Math.sqrt(-2 * Math.log(1 - rnd())) * Math.cos(2 * Math.PI * rnd());
var D = 384;
var noise = () => toUnitLength(Float32Array.from({ length: D }, normal));
var offset = noise();
var noiseOff = () => {
  const n = noise();
  return toUnitLength(n.map((x, i) => x + 1.2 * offset[i]));
};
var hash = createHashEmbedder();
var emb = async (t) => {
  const r = await hash.embed([t], "passage", new AbortController().signal);
  return r.embedded[0].vector;
};
var convs = [];
for (const c of data.conversations) {
  const { id } = await insertAgent(store);
  const archive = await insertArchive(store, id);
  const turnId = /* @__PURE__ */ new Map();
  const firstTurn = /* @__PURE__ */ new Map();
  for (const s of c.sessions) {
    const ins = await insertPassages(store, archive, s.turns.map((t) => ({ text: t.text, source: s.source, createdAt: s.createdAt })));
    ins.forEach((p, i) => turnId.set(s.turns[i].id, p.id));
  }
  const rows = handle.prepare("select row, id, text from passage where archive_id=?").all(archive);
  const sets = {};
  for (const h of ["local/hash", "n/noise", "n/noiseoff", "n/good", "n/medium"]) {
    const r = handle.prepare("insert into vector_set(namespace,kind,owner_id,handle,dimension,state,created_at) values('default','archive',?,?,?,'building','x')").run(archive, h, h === "local/hash" ? 1024 : D);
    sets[h] = Number(r.lastInsertRowid);
  }
  const good = /* @__PURE__ */ new Map();
  const sess = /* @__PURE__ */ new Map();
  for (const s of c.sessions) {
    const topic = noise();
    for (const t of s.turns) {
      if (!sess.has(turnId.get(t.id))) sess.set(turnId.get(t.id), topic);
    }
  }
  handle.exec("begin");
  const all = [];
  for (const r of rows) {
    const g = toUnitLength(noise().map((x, i) => x + 0.5 * sess.get(r.id)[i] + 1 * offset[i]));
    good.set(r.id, g);
    all.push({ setRow: sets["local/hash"], entryRow: r.row, vector: await emb(r.text) });
    all.push({ setRow: sets["n/noise"], entryRow: r.row, vector: noise() });
    all.push({ setRow: sets["n/noiseoff"], entryRow: r.row, vector: noiseOff() });
    all.push({ setRow: sets["n/good"], entryRow: r.row, vector: g });
    all.push({ setRow: sets["n/medium"], entryRow: r.row, vector: g });
  }
  await putVectors(db, all);
  handle.exec("commit");
  convs.push({ c, id, archive, turnId, good });
}
var serve = (h) => {
  handle.prepare("update vector_set set state='building'").run();
  handle.prepare("update vector_set set state='serving' where handle=?").run(h);
};
async function evaluate(name, h, weight) {
  if (h) serve(h);
  let sum = 0, n = 0, hit = 0;
  const cat = {};
  let both = 0, vec = 0, tot = 0;
  for (const { c, id, turnId, good } of convs) {
    for (const q of c.questions.slice(0, LIMIT_Q)) {
      const ev = [...new Set(q.evidence.map((e) => turnId.get(e)))];
      let vector;
      if (h === "local/hash") vector = await emb(q.text);
      if (h === "n/noise") vector = noise();
      if (h === "n/noiseoff") vector = noiseOff();
      if (h === "n/good" || h === "n/medium") {
        const base = new Float32Array(D);
        for (const e of ev) good.get(e).forEach((x, i) => {
          base[i] += x / Math.sqrt(ev.length);
        });
        const noi = noise();
        const k2 = h === "n/good" ? 1.6 : 3.5;
        vector = toUnitLength(base.map((x, i) => x + k2 * noi[i]));
      }
      const { items } = await store.passages.search(id, { query: q.text, limit: 10, ...h && vector && { questions: [{ handle: h, vector, weight }] } });
      const found = items.map(({ item }) => item.id);
      for (const it of items) {
        tot++;
        if (it.foundBy === "both") both++;
        if (it.foundBy === "vector") vec++;
      }
      const r = ev.filter((e) => found.includes(e)).length / ev.length;
      sum += r;
      n++;
      hit += r > 0 ? 1 : 0;
      const k = cat[q.category] ??= [0, 0];
      k[0] += r;
      k[1]++;
    }
  }
  console.log(name.padEnd(22), `R@10 ${(100 * sum / n).toFixed(2)} hit ${(100 * hit / n).toFixed(1)} n=${n} both ${(100 * both / tot).toFixed(0)}% vector ${(100 * vec / tot).toFixed(0)}%`, Object.entries(cat).map(([k, v]) => `${k}:${(100 * v[0] / v[1]).toFixed(1)}`).join(" "));
}
await evaluate("keyword", null, 1);
for (const w of [0.1, 0.3, 1]) await evaluate(`hash w=${w}`, "local/hash", w);
for (const w of [0.3, 1]) await evaluate(`noise w=${w}`, "n/noise", w);
await evaluate(`noise+offset w=1`, "n/noiseoff", 1);
await evaluate(`good w=1`, "n/good", 1);
await evaluate(`medium w=1`, "n/medium", 1);
await storage.close();
process.exit(0);
