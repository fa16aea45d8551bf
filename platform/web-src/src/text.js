// Every sentence the panel says, in one catalogue: a translation is another object of the same shape.

const en = {
  exercise: "Exercise",
  points: "{points} points",
  point: "1 point",
  task_done: "done",
  editor_label: "Solidity source for “{title}”",
  editor_keys: "Tab indents. To leave the editor, press Escape and then Tab.",
  font_smaller: "Smaller code",
  font_larger: "Larger code",
  reset: "Reset",
  reset_help: "Go back to the starter text",
  reset_done: "This is the starter again.",
  reset_nothing: "This is the starter already.",
  undo: "Undo",
  given: "Given, to be read",
  given_label: "{name}, which is given",
  yes: "Yes",
  no: "No",
  answers: "Your answers",
  answers_keys: "Tab goes to the next question.",
  check: "Check",
  checking: "Checking…",
  retry: "Try again",
  sign_in_again: "Reload the page",

  saved: "Saved",
  saving: "Saving…",
  local: "Kept in this browser",
  local_help: "The classroom did not take this draft. It is kept in this browser and sent again soon. {reason}",
  conflicted: "Not saved: two versions",

  conflict_title: "This draft was changed somewhere else",
  conflict_text: "Another window saved a different text {when}. Both are kept until you choose.",
  conflict_load: "Load the other version",
  conflict_keep: "Keep this one",
  conflict_loaded: "The other version is loaded. Undo brings yours back.",
  restored: "Restored what you typed here and the classroom had not saved yet.",

  loading: "Opening the exercise…",
  sending: "Sending…",
  queued: "Waiting for a free place…",
  running: "Starting…",
  stage_compile: "Compiling…",
  stage_deploy: "Deploying on your chain…",
  stage_check: "Check {index} of {total}…",

  passed: "Passed",
  failed: "Failed",
  not_run: "Not run",

  outcome_passed: "Passed",
  outcome_passed_text: "Everything is there that was asked.",
  outcome_failed: "Not yet",
  outcome_failed_text: "Checks passed: {passed} of {total}.",
  outcome_compile_error: "It does not compile yet",
  outcome_compile_error_text: "Mend what the compiler says below the editor, then check again.",
  outcome_no_deployable_contract: "There is no contract to deploy",
  outcome_out_of_gas: "It ran out of gas",
  outcome_timed_out: "It took too long",
  outcome_resource_limit: "It needed more memory or time than is allowed",
  outcome_output_limit: "It put out more than is allowed",
  outcome_lesson_broken: "This exercise is broken, not your contract",
  outcome_lesson_broken_text: "Please tell your instructor.",
  outcome_none: "This could not be checked",
  outcome_none_text: "That was the classroom's fault and not yours. Please check again.",

  score: "{score} of {max} points",
  results_label: "Verdict",
  check_task: "Task {task}",
  hint: "Hint",
  divergence: "Where it went another way",
  earlier: "Your latest attempt, {when}",
  stale: "You have changed the text since this check.",
  attempt_number: "Attempt {number}",
  took_compile: "compiled in {ms} ms",
  took_deploy: "deployed in {ms} ms",
  took_checks: "checked in {ms} ms",

  error: "Error",
  warning: "Warning",
  info: "Note",
  at_line: "Line {line}",
  problems_label: "What the compiler says",
  problems_none: "The compiler finds no problem.",
  problems_count: "Compiler messages: {count}",

  offline: "The classroom does not answer",
  sign_in: "You are not signed in any more",
  sign_in_text: "Sign in on the classroom's page, then reload this one. What you typed is kept.",
  missing: "This exercise is not here",
  slow_down: "That was quick",
  slow_down_text: "Please wait {seconds} seconds before the next check.",
  busy: "The classroom is busy",
  refused: "That did not work",
  kernel: "Your notebook does not answer",
  kernel_text: "Its Python is busy or has stopped. What you typed is kept in this browser. Wait for running cells to end, or restart the kernel and reload.",

  // Debugger and gas charts
  dbg_title: "Step through",
  dbg_open: "Step through",
  dbg_open_more: "the check “{title}”",
  dbg_of_check: "Step through “{title}”",
  dbg_close: "Close",
  dbg_loading: "Running it once more, with every step recorded…",
  dbg_nothing: "Nothing was executed here, so there is nothing to step through.",
  dbg_actions: "What the check did",
  dbg_action_failed: "failed",
  dbg_controls: "Steps",
  dbg_previous_line: "Line back",
  dbg_back: "Back",
  dbg_forward: "Forward",
  dbg_over: "Over",
  dbg_out: "Out",
  dbg_next_line: "Next line",
  dbg_failure: "Where it failed",
  dbg_slider: "Step",
  dbg_step_of: "Step {step} of {steps}",
  dbg_line: "line {line}",
  dbg_at_line: "line {line}",
  dbg_no_line: "code that the compiler added",
  dbg_gas: "{left} gas left, {used} used",
  dbg_costs: "{gas} gas",
  dbg_ended: "It {error}.",
  dbg_elsewhere: "This step is in {file}, line {line}.",
  dbg_source: "Source",
  dbg_steps: "Instructions",
  dbg_calls: "Calls",
  dbg_variables: "Variables that change",
  dbg_no_variables: "No variable is written here.",
  dbg_variable: "Variable",
  dbg_before: "Before",
  dbg_now: "Now",
  dbg_changed: "changed:",
  dbg_taken_back: "taken back",
  dbg_returned: "returned",
  dbg_value: "with {wei} wei",
  dbg_stack: "Stack",
  dbg_top: "top",
  dbg_memory: "Memory",
  dbg_more_memory: "Rows not shown: {count}",
  dbg_empty: "Empty",
  dbg_truncated: "More happened than is recorded; this is the beginning.",
  dbg_keys: "Keys: ← and → step, O goes over calls, U out of them, P and N go by line.",
  dbg_keys_failure: "R goes to where it failed.",
  gas_title: "Gas",
  gas_used: "{gas} gas in all",
  gas_by_call: "Gas by call",
  gas_by_function: "Gas by function",
  gas_by_line: "Gas by line",
  gas_call: "{name}: {gas} gas",
  gas_line: "Line {line}",
  gas_where: "Where",
  gas_own: "Itself",
  gas_total: "With calls",
  gas_bar: "Share",
  gas_share: "{share} of all gas",
  gas_more: "Not shown, as they used less: {count}",

  // Chain explorer
  exp_title: "Chain “{name}”",
  exp_refresh: "Refresh",
  exp_loading: "Reading the chain…",
  exp_read: "Read: block {head} is the latest.",
  exp_blocks: "Blocks",
  exp_block: "Block {number}",
  exp_no_transactions: "No transactions",
  exp_earlier: "Earlier blocks",
  exp_accounts: "Balances",
  exp_who: "Who",
  exp_ether: "Ether",
  exp_contracts: "Contracts",
  exp_no_contracts: "No contract was deployed yet.",
  exp_storage: "Variables",
  exp_storage_of: "Variables of {name}",
  exp_raw: "Only words of storage: give `explorer` the source, and they have names.",
  exp_nothing_stored: "Nothing is stored yet.",
  exp_variable: "Variable",
  exp_type: "Type",
  exp_value: "Value",
  exp_ok: "went through",
  exp_failed: "failed",
  exp_create: "{sender} deployed {to}",
  exp_pay: "{sender} sent ether to {to}",
  exp_call: "{sender} called {to}",
  exp_with: "with {amount}",
  exp_wei: "{wei} wei",
  exp_ether_of: "{ether} ether",
  exp_event: "event",
};

/**
 * Say a sentence of the catalogue.
 * @param {keyof typeof en} key
 * @param {Record<string, string | number>} values
 */
export function say(key, values = {}) {
  return en[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/** Whether the catalogue has this sentence. */
export function has(key) {
  return Object.hasOwn(en, key);
}

/** A number as the reader's country writes it. */
export function number(value) {
  return new Intl.NumberFormat(document.documentElement.lang || undefined, { maximumFractionDigits: 2 }).format(value);
}

/** "3 minutes ago", in the reader's language. */
export function ago(isoDate, now = Date.now()) {
  const seconds = (Date.parse(isoDate) - now) / 1000;
  const format = new Intl.RelativeTimeFormat(document.documentElement.lang || undefined, { numeric: "auto" });
  const units = [
    ["day", 86400],
    ["hour", 3600],
    ["minute", 60],
  ];
  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) return format.format(Math.round(seconds / size), unit);
  }
  return format.format(Math.min(0, Math.round(seconds)), "second");
}
