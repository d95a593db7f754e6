"""Table: machines that answer, where the prompt stands, and where the answer does.

A prompt stands in the address where it comes from elsewhere, and in JSON where it was typed.
"""

from filter_rules.typed.site import At, Sent, Site
from filter_rules.types import Kind

_LAST = "messages[role=user][-1].content"  # all that was said before is sent each time
_DELTAS = ("choices[].delta.content", "choices[].message.content")


def _machine(*domains: str, at: tuple[str, ...], sent: tuple[Sent, ...] = (),
             names: tuple[str, ...] = ("q", "prompt", "text"),
             shown: tuple[str, ...] = _DELTAS) -> Site:  # fmt: skip
    return Site(domains, (At(at, names),), sent, (), shown, engine=True, kind=Kind.CHAT)


MACHINES: tuple[Site, ...] = (
    _machine(
        "chatgpt.com", "chat.openai.com",
        at=("/", "/g/*"),
        sent=(
            Sent(
                ("/backend-api/conversation", "/backend-api/f/conversation",
                 "/backend-anon/conversation", "/backend-anon/f/conversation"),
                ("messages[author.role=user][].content.parts[]",),
            ),
            Sent(("/backend-api/user_system_messages",),
                 ("about_user_message", "about_model_message", "other_user_message")),
            # The first three are sent while the prompt is being typed.
            Sent(("/backend-api/f/conversation/prepare", "/backend-anon/f/conversation/prepare",
                  "/backend-api/generate_autocompletions", "/ces", "/backend-api/lat",
                  "/backend-api/sentinel"), ()),
        ),
        shown=("message.content.parts[]", "v.message.content.parts[]", "v", "v[].v"),
    ),
    Site(("api.openai.com", "sora.com", "sora.chatgpt.com"), (),
         (Sent(("/v1/chat/completions",), (_LAST,)),
          Sent(("/v1/responses",), ("input[role=user][-1].content", "input")),
          Sent(("/v1/images", "/v1/videos", "/backend"), ("prompt",))),
         shown=(*_DELTAS, "delta")),
    _machine(
        "gemini.google.com",
        at=("/app", "/prompt"),
        names=("q", "prompt", "prompt_text"),
        sent=(
            Sent(("/_/BardChatUi/data/assistant.lamda.BardFrontendService/StreamGenerate",
                  "/u/*/_/BardChatUi/data/assistant.lamda.BardFrontendService/StreamGenerate"),
                 ("'f.req'[1][0][0]",)),
        ),
    ),
    _machine("aistudio.google.com", "labs.google", at=("/prompts/new_chat", "/prompts"),
             names=("q", "prompt", "prompt_text")),
    Site(("generativelanguage.googleapis.com",), (),
         (Sent(("/v1beta/models", "/v1/models"), ("contents[role=user|][-1].parts[].text",)),),
         shown=("candidates[].content.parts[].text",)),
    _machine(
        "copilot.microsoft.com", "copilot.cloud.microsoft", "m365.cloud.microsoft",
        at=("/", "/chats", "/chat"),
        sent=(Sent(("/c/api/chat", "/c/api/conversations"), ("content[].text", "text")),),
        shown=("text",),
    ),
    Site(("substrate.office.com",), (),
         (Sent(("/m365Copilot",), ("arguments[].message.text",)),),
         shown=("arguments[].messages[].text", "item.messages[].text")),
    _machine(
        "claude.ai",
        at=("/new", "/chats"),
        names=("q", "prompt"),
        sent=(Sent(("/api/organizations/*/chat_conversations/*/completion",
                    "/api/organizations/*/chat_conversations/*/retry_completion",
                    "/api/append_message"), ("prompt", "text")),),
        shown=("completion", "delta.text"),
    ),
    Site(("api.anthropic.com",), (), (Sent(("/v1/messages",), (_LAST,)),),
         shown=("delta.text", "content[].text")),
    _machine(
        "character.ai", "neo.character.ai", "plus.character.ai",
        at=("/search",),
        names=("q", "query"),
        sent=(
            Sent(("/ws", "/chat/streaming"),
                 ("payload.turn.candidates[].raw_content", "payload.text", "text")),
        ),
        shown=("turn.candidates[].raw_content", "replies[].text"),
    ),
    _machine(
        "perplexity.ai",
        at=("/", "/search", "/search/new"),
        sent=(Sent(("/rest/sse/perplexity_ask",), ("query_str",)),
              Sent(("/socket.io",), ("[1]", "[1].query_str"))),
        shown=("blocks[].markdown_block.chunks[]", "text"),
    ),
    _machine("poe.com", at=("/", "/search"), sent=(
        Sent(("/api/gql_POST", "/api/gql"), ("variables.query", "variables.message")),),
        shown=("payload.data.messageAdded.text",)),
    _machine("deepseek.com", "chat.deepseek.com", at=("/", "/chat"),
             sent=(Sent(("/api/v0/chat/completion", "/api/v0/chat"), ("prompt",)),
                   Sent(("/v1/chat/completions", "/chat/completions"), (_LAST,))),
             shown=("v", "choices[].delta.content", "v.response.content")),
    _machine(
        "grok.com",
        at=("/", "/chat"),
        sent=(Sent(("/rest/app-chat/conversations",), ("message",)),),
        shown=("result.response.token", "result.token"),
    ),
    _machine("meta.ai", at=("/",), sent=(
        Sent(("/api/graphql", "/graphql"),
             ("variables.message.sensitive_string_value", "variables.message.text")),)),
    _machine(
        "chat.mistral.ai",
        at=("/", "/chat"),
        sent=(Sent(("/api/chat",), ("messageInput", "messageInput[].text")),
              Sent(("/api/trpc",), ("0.json.content[].text", "0.json.content"))),
    ),
    _machine("my.replika.com", "replika.com", "replika.ai", at=("/",),
             sent=(Sent(("/v17", "/v1", "/"), ("payload.content.text",)),),
             shown=("payload.content.text",)),
    _machine("huggingface.co", at=("/chat", "/"),
             sent=(Sent(("/chat/conversation",), ("data.inputs", "inputs")),),
             shown=("token", "text")),
    _machine("duck.ai", at=("/", "/chat"),
             sent=(Sent(("/duckchat/v1/chat",), (_LAST,)),), shown=("message",)),
    _machine("you.com", at=("/", "/search", "/api/streamingSearch"), shown=("youChatToken",)),
    _machine("phind.com", "andisearch.com", "felo.ai", "komo.ai", "iask.ai", "consensus.app",
             "morphic.sh", "liner.com", at=("/", "/search"), names=("q", "query")),
    _machine("pi.ai", at=("/", "/talk"), sent=(Sent(("/api/chat",), ("text",)),),
             shown=("text",)),
    # What is asked of a school's own helpers, and of companions: by the names that all use.
    _machine(
        "magicschool.ai", "schoolai.com", "brisk.ai", "khanmigo.ai", "mindjoy.com", "teachmate.ai",
        "janitorai.com", "chai.ml", "chai-research.com", "talkie-ai.com", "polybuzz.ai",
        "crushon.ai", "nomi.ai", "kindroid.ai", "candy.ai", "spicychat.ai", "dopple.ai",
        "chub.ai", "venice.ai", "chatsonic.com", "jasper.ai", "notegpt.io", "deepai.org",
        "quillbot.com", "gauthmath.com", "photomath.com", "chatpdf.com", "openrouter.ai",
        "lmarena.ai", "kimi.com", "qwen.ai", "chat.qwen.ai", "doubao.com", "manus.im",
        at=("/", "/chat", "/new", "/search"),
        names=("q", "prompt", "query", "text"),
        sent=(Sent(("/",), (_LAST, "messages[-1].content", "message", "prompt", "query",
                            "inputs", "input", "text", "chatHistory[role=user][-1].content")),),
    ),
)  # fmt: skip
