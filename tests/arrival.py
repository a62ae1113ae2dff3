"""A questionnaire as it comes from elsewhere: in English, Spanish, French, Tigrinya and Amharic, and not in German."""

from __future__ import annotations

import tempfile
from pathlib import Path

from survey_service.questionnaire.loader import load_folder
from survey_service.questionnaire.model import Questionnaire

LANGUAGES = ["en", "ti", "fr", "am", "es"]
"""Its languages, in the order of the registry."""
SPOKEN = LANGUAGES[1:]
"""Those in which pages are looked at: English is looked at elsewhere."""

ARRIVAL = """
questionnaire: arrival
audience: newcomers
languages: [en, es, fr, ti, am]
label:
  en: Your first weeks here
  es: Sus primeras semanas aquí
  fr: Vos premières semaines ici
  ti: ናይ መጀመርታ ሰሙናትኩም ኣብዚ
  am: የመጀመሪያ ሳምንቶችዎ እዚህ
hint:
  en: Tell us how you are.
  es: Cuéntenos cómo está.
  fr: Dites-nous comment vous allez.
  ti: ከመይ ከም ዘለኹም ንገሩና።
  am: እንዴት እንደሆኑ ይንገሩን።
minutes: [1, 2]
consent: OK
choices:
  yes_no:
    - {name: "yes", label: {en: "Yes", es: Sí, fr: Oui, ti: እወ, am: አዎ}}
    - {name: "no", label: {en: "No", es: "No", fr: Non, ti: ኣይፋል, am: አይ}}
  helps:
    - {name: home, label: {en: A home, es: Una vivienda, fr: Un logement, ti: መንበሪ ገዛ, am: መኖሪያ ቤት}}
    - {name: doctor, label: {en: A doctor, es: Un médico, fr: Un médecin, ti: ሓኪም, am: ሐኪም}}
    - name: course
      label: {en: A language course, es: Un curso de idioma, fr: Un cours de langue, ti: ትምህርቲ ቋንቋ, am: የቋንቋ ትምህርት}
    - {name: none, label: {en: Nothing, es: Nada, fr: Rien, ti: ምንም, am: ምንም}, exclusive: true, last: true}
groups:
  - name: household
    repeat: true
    label:
      en: People who live with you
      es: Personas que viven con usted
      fr: Personnes qui vivent avec vous
      ti: ምሳኹም ዝነብሩ ሰባት
      am: አብረውዎት የሚኖሩ ሰዎች
pages:
  - name: consent
    label: {en: Start, es: Inicio, fr: Début, ti: መጀመርታ, am: መጀመሪያ}
    questions:
      - type: select_one
        name: OK
        choices: yes_no
        required: true
        label:
          en: May we store your answers?
          es: ¿Podemos guardar sus respuestas?
          fr: Pouvons-nous enregistrer vos réponses ?
          ti: መልስታትኩም ክንዕቅብ ትፈቕዱ ዶ?
          am: መልሶችዎን እንድናስቀምጥ ይፈቅዳሉ?
  - name: about
    label: {en: About you, es: Sobre usted, fr: À propos de vous, ti: ብዛዕባኹም, am: ስለ እርስዎ}
    questions:
      - type: integer
        name: people
        label:
          en: How many people live with you?
          es: ¿Cuántas personas viven con usted?
          fr: Combien de personnes vivent avec vous ?
          ti: ክንደይ ሰባት ምሳኹም ይነብሩ?
          am: ስንት ሰዎች አብረውዎት ይኖራሉ?
        parameters: {min: 0, max: 30}
      - type: date
        name: since
        label:
          en: When did you come here?
          es: ¿Cuándo llegó aquí?
          fr: Quand êtes-vous arrivé ici ?
          ti: መዓስ ናብዚ መጺእኩም?
          am: ወደዚህ መቼ መጡ?
      - type: select_multiple
        name: helps
        choices: helps
        label:
          en: What would help you?
          es: ¿Qué le ayudaría?
          fr: Qu’est-ce qui vous aiderait ?
          ti: እንታይ ምሓገዘኩም?
          am: ምን ይረዳዎታል?
        parameters: {max_selected: 2}
      - type: rank
        name: first
        choices: helps
        label:
          en: What is most important?
          es: ¿Qué es lo más importante?
          fr: Qu’est-ce qui est le plus important ?
          ti: ብቐዳምነት ዘገድሰኩም እንታይ እዩ?
          am: በጣም አስፈላጊው ምንድን ነው?
        parameters: {max_selected: 2}
  - name: person
    group: household
    label: {en: One person, es: Una persona, fr: Une personne, ti: ሓደ ሰብ, am: አንድ ሰው}
    questions:
      - type: text
        name: called
        label: {en: First name, es: Nombre, fr: Prénom, ti: ስም, am: ስም}
      - type: datetime
        name: met
        label:
          en: When did you meet?
          es: ¿Cuándo se conocieron?
          fr: Quand vous êtes-vous rencontrés ?
          ti: መዓስ ተፋሊጥኩም?
          am: መቼ ተዋወቃችሁ?
"""


def arrival() -> Questionnaire:
    """Load it."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "arrival.yaml").write_text(ARRIVAL, "utf-8")
        return load_folder(Path(folder)).questionnaires["arrival"]
