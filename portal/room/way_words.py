"""What do pages say of the ways into the room: embedded in the vendor's product, and where one person has several?"""

from collections.abc import Mapping

from domain.text import Language

WAY_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        # embedded
        "embed_alone": "This view opens within our product only",
        "embed_alone_then": "Sign in there and open your onboarding, or use the link of our newest message.",
        "embed_spent": "This view was opened before",
        "embed_spent_then": "Load the page around it again: it shows your onboarding anew.",
        "embed_over": "This view has ended",
        "embed_over_then": "Load the page around it again: it shows your onboarding anew.",
        "came_embedded": "within our product",
        "known_by_embedded": "known by our product, in which you are signed in as {address}",
        "known_by_name": "named by our product as {address}",
        "way_room_embedded": "our product, in which they were signed in",
        "way_room_embedded_named": "our product, which named them",
        # not everybody
        "not_admitted": "This page is not open to your mail address",
        "not_admitted_then": "Only people with a mail address of their company come in here. Reply to the message that"
        " brought you here: your contact can put your address right. Nothing was changed.",
        # several rooms
        "rooms_h1": "Your onboardings",
        "rooms_then": "Everything in which {address} takes part. A link of a message opens its own alone; you see them"
        " all because you came in by a code.",
        "rooms_other": "Your other onboardings",
        "rooms_here": "you are here",
        "rooms_begun": "begun on {day}",
        "rooms_live": "go-live {day}",
        "rooms_empty": "You see the one onboarding whose link you have opened. To see others of yours, sign out and"
        " come in by a code.",
    },
    "ja": {
        "embed_alone": "このページは、弊社製品の画面内でのみ表示されます",
        "embed_alone_then": "製品にサインインしてオンボーディングのページを開くか、最新のメールのリンクを"
        "ご利用ください。",
        "embed_spent": "この画面は、すでに開かれています",
        "embed_spent_then": "外側のページを再読み込みすると、あらためて表示されます。",
        "embed_over": "この画面の表示は終了しました",
        "embed_over_then": "外側のページを再読み込みすると、あらためて表示されます。",
        "came_embedded": "弊社製品の画面から",
        "known_by_embedded": "弊社製品に{address}でサインイン",
        "known_by_name": "弊社製品から{address}として通知",
        "way_room_embedded": "弊社製品へのサインイン",
        "way_room_embedded_named": "弊社製品による氏名の通知",
        "not_admitted": "このメールアドレスでは、こちらのページをご覧いただけません",
        "not_admitted_then": "会社のメールアドレスをお持ちの方のみご利用いただけます。お手元のメールにご返信ください。"
        "担当者がアドレスの登録を変更いたします。何も変更されていません。",
        "rooms_h1": "ご参加中のオンボーディング",
        "rooms_then": "{address}でご参加中のものをすべて表示しています。メールのリンクからは、そのメールの"
        "オンボーディングのみ開けます。確認コードで入室されたため、すべてご覧いただけます。",
        "rooms_other": "ほかのオンボーディング",
        "rooms_here": "表示中",
        "rooms_begun": "{day}に開始",
        "rooms_live": "本番開始：{day}",
        "rooms_empty": "リンクから開いたオンボーディングのみ表示しています。ほかのものをご覧になるには、"
        "いったん退室し、確認コードで入室してください。",
    },
}
