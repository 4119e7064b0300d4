"""Which commands are there? One list of all; the code of each is imported when it is called."""

from importlib.metadata import version

from cyclopts import App, Group, Parameter

from starter.cli.codes import EXPLAINED
from starter.cli.options import explained

RUN, LOOK = Group("Run it", sort_key=1), Group("Look", sort_key=2)
NEWS, DEPLOY = Group("Say what happened", sort_key=3), Group("Keep it going", sort_key=4)

COMMANDS: dict[str, tuple[str, Group, str]] = {
    "demo": (
        "starter.cli.stacks:demo",
        RUN,
        "Play two sample deals through on a compressed clock, in about three minutes.",
    ),
    "up": (
        "starter.cli.stacks:up",
        RUN,
        "Run the embedded stack until Ctrl-C: Temporal with its UI, the store, a worker, intake, API and pages.",
    ),
    "worker": (
        "starter.cli.stacks:worker",
        RUN,
        "Run one more worker.",
    ),
    "web": (
        "starter.cli.stacks:web",
        RUN,
        "Run the web process: intake of other systems' events, and the REST API.",
    ),
    "pages": (
        "starter.cli.stacks:pages",
        RUN,
        "Run the page process: what people see in a browser, by the links of their messages.",
    ),
    "migrate": (
        "starter.cli.preparing:migrate",
        DEPLOY,
        "At a deploy: give database and Temporal what this version needs.",
    ),
    "check-history": (
        "starter.cli.deploys:check_history",
        DEPLOY,
        "Before a deploy: would everything that is open go on under this code?",
    ),
    "nudge": (
        "starter.cli.deploys:nudge",
        DEPLOY,
        "After a deploy: wake what is idle, so that it moves to the current version.",
    ),
    "token": ("starter.cli.tokens:token", RUN, "Create, list and revoke tokens of the API."),
    "desk": (
        "starter.cli.staff:desk",
        LOOK,
        "Where the team's desk is; at first also the link that makes its administrator.",
    ),
    "staff": ("starter.cli.staff:staff", RUN, "Let our own people come to the desk: accounts and their links."),
    "start": (
        "starter.cli.starting:start",
        RUN,
        "Start the onboarding of a closed deal, or show its plan with --dry-run.",
    ),
    "list": (
        "starter.cli.looking:portfolio",
        LOOK,
        "Every onboarding: status, go-live, how late it is, what it waits for.",
    ),
    "show": ("starter.cli.looking:show", LOOK, "One onboarding in full: plan, people, tasks, registers, last news."),
    "why": (
        "starter.cli.reasons:why",
        LOOK,
        "Why a date is that date, why something happened or has not, why somebody heard of it.",
    ),
    "journal": ("starter.cli.course_of_events:journal", LOOK, "What has happened in an onboarding, entry by entry."),
    "agenda": ("starter.cli.course_of_events:agenda", LOOK, "What will happen by itself, the soonest first."),
    "mails": ("starter.cli.mails:mails", LOOK, "Which mails wait or were sent, to whom, and what they say."),
    "draft": (
        "starter.cli.drafts:draft",
        NEWS,
        "Messages to the customer that wait for one of ours: read, word, send or stop them.",
    ),
    "inbox": ("starter.cli.inbox:inbox", LOOK, "What other systems delivered, and what became of it."),
    "webhook": ("starter.cli.webhooks:webhook", RUN, "Tell other systems what happens: targets, deliveries, secrets."),
    "sweep": (
        "starter.cli.sweeping:sweep",
        LOOK,
        "Compare store and Temporal now: which onboardings would be forgotten?",
    ),
    "repair": ("starter.cli.sweeping:repair", RUN, "Mend what the sweep finds; shows first what it will do."),
    "dossier": ("starter.cli.dossiers:dossier", LOOK, "Who approved what, as one JSON that a stranger can verify."),
    "introduction": (
        "starter.cli.introduction:introduction",
        NEWS,
        "Before the close: introduce the CSM, report what is found, see how it stands.",
    ),
    "programme": (
        "starter.cli.programme:programme",
        NEWS,
        "After the hand-off: show the success programme, change who is in it, end it.",
    ),
    "renewal": (
        "starter.cli.renewing:renewal",
        NEWS,
        "After the hand-off: record that a customer renewed or left, and list renewals.",
    ),
    "playbook": ("starter.cli.playbook:playbook", LOOK, "Show, describe and check playbooks."),
    "rehearse": (
        "starter.cli.rehearsing:rehearse",
        LOOK,
        "Play scenarios by a playbook: what people would live through, and what a change would change.",
    ),
    "what-if": (
        "starter.cli.supposing:what_if",
        LOOK,
        "What would follow if a milestone slipped, or anything else were told? Nobody is.",
    ),
    "room": (
        "starter.cli.room:room",
        LOOK,
        "A link into the customer's room, for one of the customer's people: what they see and do.",
    ),
    "file": (
        "starter.cli.given_files:file",
        NEWS,
        "Files of an onboarding: add one for the customer or for us alone, list them.",
    ),
    "goal": ("starter.cli.goals:goal", NEWS, "Goals with baseline and target: who has agreed to them, and to agree."),
    "colleague": (
        "starter.cli.colleagues:colleague",
        NEWS,
        "Colleagues whom customers have named in their room: list, take in, decline.",
    ),
    "ratings": (
        "starter.cli.ratings:ratings",
        LOOK,
        "How the customer's people rate the trainings, from 1 to 5, and what they say of them.",
    ),
    "question": (
        "starter.cli.questions:question",
        NEWS,
        "What customers ask in their room: list, answer, ask, close, and how fast we are.",
    ),
    "library": (
        "starter.cli.reading_matter:library",
        LOOK,
        "Training and help that customers read in their room: check it, see who has read it.",
    ),
    "health": (
        "starter.cli.health:health",
        LOOK,
        "How healthy is a customer? A score, what it is made of, and what would lift it.",
    ),
    "evaluate": (
        "starter.cli.evaluating:evaluate",
        DEPLOY,
        "Look now at how customers do; the schedule does so every hour.",
    ),
    "metric": (
        "starter.cli.metrics:metric",
        NEWS,
        "A customer's business metrics and figures: define, report, correct and list them.",
    ),
    "adoption": (
        "starter.cli.adopting:adoption",
        NEWS,
        "Who uses the product, and who little: show them, thank them, ask what keeps them.",
    ),
    "usage": ("starter.cli.usage:usage", DEPLOY, "What users do in the product: forget who somebody was."),
    "mapping": ("starter.cli.mapping:mapping", LOOK, "Check a mapping file: what becomes of another system's record?"),
    "done": ("starter.cli.milestones:done", NEWS, explained("reach_milestone")),
    "reopen": ("starter.cli.milestones:reopen", NEWS, explained("reopen_milestone")),
    "waive": ("starter.cli.milestones:waive", NEWS, explained("waive_milestone")),
    "sign-off": ("starter.cli.milestones:sign_off", NEWS, explained("sign_off")),
    "ask-again": ("starter.cli.milestones:ask_again", NEWS, explained("ask_sign_off")),
    "meeting": (
        "starter.cli.meetings:meeting",
        NEWS,
        "Agree the hour of a meeting, tell who comes, and list the meetings.",
    ),
    "issue": ("starter.cli.issues:issue", NEWS, "Raise, acknowledge, resolve, dispute and list issues."),
    "pause": ("starter.cli.course:pause", NEWS, explained("pause")),
    "resume": ("starter.cli.course:resume", NEWS, explained("resume")),
    "replan": ("starter.cli.course:replan", NEWS, explained("replan")),
    "reassign": ("starter.cli.reassigning:reassign", NEWS, explained("reassign")),
    "contact": (
        "starter.cli.contacts:contact",
        NEWS,
        "The customer's people: add, correct, replace, take off and list contacts.",
    ),
    "scope": ("starter.cli.course:scope", NEWS, "Request and decide changes of the scope."),
    "attest": ("starter.cli.registers:attest", NEWS, explained("attest_criterion")),
    "risk": ("starter.cli.registers:risk", NEWS, explained("record_risk")),
    "win": ("starter.cli.registers:win", NEWS, explained("record_win")),
    "note": ("starter.cli.registers:note", NEWS, explained("note")),
    "task": ("starter.cli.tasks:task", NEWS, "Give, change, close and list tasks that are not in the plan."),
    "flag": ("starter.cli.corrections:flag", NEWS, "Raise, lower and list red flags."),
    "correction": (
        "starter.cli.corrections:correction",
        NEWS,
        "Open, change, close and list course corrections.",
    ),
    "end": ("starter.cli.course:end", NEWS, explained("end_onboarding")),
    "take-back": ("starter.cli.course:take_back", NEWS, explained("take_back_ending")),
}

app = App(
    name="day90",
    help="Every customer onboarding as one durable process, from deal close to the 90-day review.",
    help_epilogue=EXPLAINED,
    version=lambda: version("day90"),
    default_parameter=Parameter(negative=()),
    suppress_keyboard_interrupt=False,
)
for name, (place, group, help_line) in COMMANDS.items():
    app.command(place, name=name, group=group, help=help_line)
