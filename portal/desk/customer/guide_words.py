"""What does the guide through one onboarding say? In both languages."""

from collections.abc import Mapping

from domain.text import Language

SAID: Mapping[str, tuple[str, str]] = {
    "guide_kickoff": ("Prepare the kickoff", "キックオフの準備"),
    "guide_known": ("What is known so far", "これまでに分かっていること"),
    "guide_known_nothing": (
        "The hand-off record says nothing about their problem, their goals or dates to come.",
        "引き継ぎ情報に、課題・目標・今後の予定の記載がありません。",
    ),
    "guide_missing": ("Still missing from the hand-off record:", "引き継ぎ情報に不足しているもの："),
    "guide_no_preparation": ("The playbook has no questions for this.", "プレイブックに準備の項目はありません。"),
    "guide_stages": ("Look at how a stage goes", "段階の点検"),
    "guide_stages_then": (
        "Tick what you see. It becomes a note in the journal; the customer does not see it.",
        "当てはまるものを選択してください。履歴にメモとして残ります。お客様には表示されません。",
    ),
    "guide_look": ("Signs to look for", "確認する項目"),
    "guide_words": ("What follows from it", "今後の対応"),
    "guide_record": ("Record this look at “{stage}”", "「{stage}」の点検結果を記録する"),
    "guide_earlier": ("Earlier looks", "これまでの点検"),
    "guide_note": ("Looked at the stage “{stage}”", "段階「{stage}」の点検"),
    "guide_seen": ("Goes well:", "順調："),
    "guide_looms": ("Watch out:", "注意："),
    "guide_nothing": (
        "Tick what you see, or say what follows from it.",
        "当てはまるものを選択するか、今後の対応をご記入ください。",
    ),
    "guide_too_long": (
        "Say what follows in at most 2,000 characters.",
        "今後の対応は2,000文字以内でご記入ください。",
    ),
    "guide_no_signs": (
        "The playbook names no signs of success or failure for its stages.",
        "プレイブックに、段階ごとの目安は記載されていません。",
    ),
    "customer_part_guide": ("Guide", "進め方"),
    "playbook_conduct": ("How we lead calls and answer concerns", "お客様との対話の心得"),
    "told_guide_recorded": ("Recorded in the journal.", "履歴に記録しました。"),
}
GUIDE_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {key: words[0] for key, words in SAID.items()},
    "ja": {key: words[1] for key, words in SAID.items()},
}
