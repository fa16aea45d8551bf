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

  // Comparing, earlier attempts, hints, the solution, the first pass, gas
  compare: "Compare",
  compare_help: "What you have changed since the starter",
  compare_title: "Your text against the starter",
  compare_same: "This is the starter, unchanged.",
  compare_gone: "only in {from}",
  compare_new: "only in {to}",
  compare_label: "What differs between {from} and {to}",
  the_starter: "the starter",
  the_solution: "the solution",
  your_text: "your text",
  side_close: "Close",
  history: "History",
  history_help: "Your attempts, each with its verdict and its text",
  history_title: "Your attempts",
  history_loading: "Fetching…",
  history_none: "No attempt yet. Each check becomes one, and stays here.",
  history_more: "Show older attempts",
  history_same: "Its text is what you have in the editor now.",
  history_restore: "Put this text into the editor",
  history_restored: "The text of attempt {number} is back.",
  history_forgotten: "Its text is kept no longer.",
  history_under_way: "On its way",
  help_title: "Hints and solution",
  help_loading: "Looking what help there is…",
  help_broken: "The panel met something unexpected: {reason}",
  hints_none: "This exercise has no hints.",
  hints_all: "That was the last hint.",
  hints_taken: "{taken} of {rungs} hints taken",
  hints_cost: "they cost {points}",
  hint_show: "Show hint {number}",
  hint_price: "It costs {points} of every check after it.",
  hint_free: "It costs nothing.",
  hint_cost: "It cost {points}.",
  hint_confirm: "Hint {number} costs {points}. Take it?",
  hint_confirm_text: "Checks after it earn at most {most} of {max}. What you have reached before stays.",
  hint_take: "Take the hint",
  hint_not_now: "Not now",
  hint_told: "Hint {number} is shown.",
  solution_read: "Read the solution",
  solution_label: "The solution",
  solution_note: "One way to solve it",
  solution_compare: "Compare with mine",
  solution_same: "Your text is the solution, letter for letter.",
  give_up: "Give up and read the solution",
  give_up_or_pass: "After passing you can read it at no cost.",
  give_up_confirm: "Give this exercise up?",
  give_up_text: "You can read the solution then. Checks after that are practice and earn no points; your {best} of {max} so far stay. This cannot be undone.",
  give_up_yes: "Give up and show the solution",
  give_up_no: "Keep trying",
  given_up_note: "You gave this exercise up: checks are practice now and earn no points.",
  practice: "Practice: this earns no points, since the solution was open to you.",
  hints_took: "Hints took {points}: this counts {score}.",
  first_pass: "Your first pass of this exercise. Well done.",
  first_pass_attempts: "Your first pass of this exercise, on attempt {number}. Well done.",
  gas_title: "Gas",
  gas_used: "{used} of {budget} gas",
  gas_under: "{left} below the budget",
  gas_over: "{over} above the budget",
  gas_best: "your best: {gas}",
  gas_best_new: "your best yet",
  gas_best_known: "best known: {gas}",
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
