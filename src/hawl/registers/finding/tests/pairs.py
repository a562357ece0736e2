"""Names as one body wrote them and as another looks for them: written from knowledge of Welsh naming."""

# stored given | stored family | searched for
PAIRS = """
Siân|Rees|Sian Rhys
Sian|Rhys|Siân Rees
Siân|ap Rhys|Sian Price
Rhys|ap Huw|Rhys Pugh
Huw|Pugh|Hugh ap Huw
Owain|ab Owen|Owain Bowen
Owen|Bowen|Owain ab Owen
Llywelyn|Llewellyn|Llewelyn Llywelyn
Llew|Llewelyn|Llywelyn Llewellyn
Gruffudd|ap Hywel|Gruffydd Powell
Gruffydd|Powell|Griffith ap Hywel
Dafydd|Prys|David Price
David|Price|Dafydd ap Rhys
Dai|Jones|David Jones
Dewi|Davies|David Davis
Dafydd|Dafis|David Davies
Ieuan|Bevan|Evan ab Evan
Ifan|ab Ifan|Evan Bevan
Ioan|Sion|John Jones
Siôn|Jôns|Sion Jones
Sion|Jones|Siôn Jones
Gwilym|Williams|William Gwilym
Wiliam|Gwilym|William Williams
Huw|Huws|Hugh Hughes
Hugh|Hughes|Huw Huws
Hywel|Howells|Howell Hywel
Ellis|Bellis|Elis ab Elis
Rhodri|Roderick|Rodri Rhydderch
Rhydderch|Protheroe|Rhydderch ap Rhydderch
Robert|Probert|Robat ap Robert
Rob|Roberts|Robert Roberts
Robyn|Probyn|Robin ap Robin
Richard|Pritchard|Rhisiart ap Richard
Dic|Prichard|Richard Pritchard
Rhisiart|Richards|Richard Richards
Harri|Parry|Harry ap Harri
Harry|Parri|Harri Parry
Henry|Penry|Henri ap Henri
Humphrey|Pumphrey|Wmffre ap Humphrey
Roger|Prosser|Rhosier ap Roger
Rosser|Proger|Rosser Prosser
Einion|Beynon|Einion ab Einion
Eynon|ab Einion|Eynon Beynon
Ithel|Bithell|Ithel ab Ithel
Edward|Bedward|Edward ab Edward
Iorwerth|Yorath|Iorwerth Yorwerth
Maredudd|Meredith|Meredydd Maredudd
Meredith|Maredudd|Meredydd Meredith
Gareth|Vaughan|Gareth Fychan
Rhun|Fychan|Rhun Vaughan
Tomos|Gough|Thomas Goch
Twm|Thomas|Tomos Tomos
Tom|Lloyd|Thomas Llwyd
Elin|Llwyd|Helen Lloyd
Helen|Floyd|Elen Llwyd
Elen|Wynne|Elin Gwyn
Nia|Wyn|Niamh Wynn
Nia|Gwynne|Nia Gwyn
Cadi|Cadwaladr|Catrin Cadwallader
Catrin|Cadwalader|Catherine Cadwaladr
Madog|Maddocks|Madoc Madog
Cadog|Cadogan|Cadog Cadwgan
Caradog|Craddock|Caradog Cradock
Steffan|Gethin|Stephen Gethyn
Stephen|Sayce|Steffan Sais
Owen|Tudor|Owain Tudur
Gwen|Traherne|Gwenllian Trahaearn
Gwenllian|Treharne|Gwenllian Trahern
Siencyn|Jenkins|Jenkin Siencyn
Watcyn|Watkins|Watkin Watcyn
Hopcyn|Popkin|Hopkin Hopkins
Phylip|Phillips|Philip Philips
Mathew|Mathias|Matthew Matthews
Morus|Morris|Maurice Morys
Iago|James|James Siams
Megan|Griffiths|Meg Gruffydd
Marged|Griffith|Margaret Griffiths
Mererid|Gruffudd|Margaret Griffith
Bethan|Lewis|Elizabeth Lewys
Betsan|Lewys|Bethan Lewis
Mair|Morgan|Mary Morgans
Mari|Morgans|Mair Morgan
Angharad|Mair|Anghared Mair
Myfanwy|Evans|Myf Ifans
Luned|Morgan|Eluned Morgan
Lowri|Turner|Laura Turner
Sioned|James|Janet James
Ceri|Richards|Kerry Richards
Carys|Davies|Caris Davis
Ffion|Hague|Fion Hague
Rhiannon|Evans|Rhianon Evans
Rhian|Edwards|Rhiannon Edward
Bronwen|Lewis|Bronwyn Lewis
Gwyneth|Jones|Gwynneth Jones
Gwenyth|Glyn|Gwyneth Glyn
Dilys|Cadwaladr|Dylis Cadwaladr
Olwen|Rees|Olwyn Rhys
Eirlys|Britton|Eirlis Briton
Eleri|Morgan|Elery Morgan
Iestyn|Harris|Justin Harris
Macsen|Parry|Maxen Parri
Deiniol|Roberts|Daniel Roberts
Alun|Mabon|Alan Mabon
Geraint|Evans|Gerant Evans
Emyr|Humphreys|Emyr Humphries
Emrys|Hughes|Ambrose Hughes
Idris|Davies|Idrys Davies
Gwyn|Thomas|Gwynn Tomos
Glyn|Houston|Glynn Houston
Tudur|Owen|Tudor Owain
Gethin|Jones|Gethyn Jones
Iwan|Rheon|Ewan Rheon
Ieuan|Rhys|Iwan Rees
Ianto|Evans|Ifan Evans
Lynette|Pryce|Luned Prys
Siân|Lloyd-Jones|Sian Jones
Sian|Lloyd-Jones|Siân Lloyd
Elin|Price-Williams|Elin Price
Elin|Price-Williams|Elin Williams
Mari|Rees Evans|Mari Rees-Evans
Mari|Rees-Evans|Mari Rees Evans
Tomos|Hughes-Jones|Tomos Hughesjones
Beca|Wyn Davies|Beca Davies
Beca|Wyn Davies|Beca Wyn
Nerys|Owen Griffiths|Nerys Griffiths
Rhys|ap Rhobert|Rhys Rhobert
Owain|ap Dafydd|Owain Dafydd
Dafydd|ap Gwilym|Dafydd Apgwilym
Dafydd|Apgwilym|Dafydd ap Gwilym
Llŷr|ap Iolo|Llyr ap Iolo
Llyr|Ifans|Llŷr Evans
Tŷ|Gwŷn|Ty Gwyn
Gwenno|Sŵn|Gwenno Swn
Mâr|Pŵel|Mar Pwel
Non|ferch Rhys|Non Rhys
Heledd|ferch Owain|Heledd Owen
Gwerful|Mechain|Gwerfyl Mechain
Cynan|Evans-Jones|Cynan Evans
Aneirin|Karadog|Aneurin Caradog
Aneurin|Bevan|Aneirin Bevan
Taliesin|O'Shea|Taliesin OShea
Mihangel|Morgan|Michael Morgan
Meic|Stephens|Mike Stevens
Wil|Sam|William Sam
Ffred|Ffransis|Fred Francis
Angharad|Tomos|Angharad Thomas
Lleucu|Roberts|Lleuci Roberts
Manon|Rhys|Mannon Rees
Eurig|Salisbury|Eirig Salsbury
Mererid|Hopwood|Mererid Hopwod
Guto|Harri|Gruffudd Harry
Bedwyr|Lewis-Jones|Bedwir Jones
Llinos|Howells|Linos Howell
Hefin|Wyn|Hefyn Wynne
Eifion|Lloyd Jones|Eivion Lloyd-Jones
Cledwyn|Hughes|Cledwin Huws
Sulwyn|Thomas|Silwyn Thomas
Islwyn|Ffowc Elis|Islwyn Elis
Islwyn|Ffowc Elis|Islwyn Ffoulkes
Gwynfor|Evans|Gwinfor Evans
Arwel|Gruffydd|Arwell Griffiths
Dyfrig|Siencyn|Dyfrig Jenkins
Siwan|Jones|Joan Jones
Enid|Picton Davies|Enid Picton-Davis
Elfyn|Llwyd|Elvyn Lloyd
Elvyn|Pritchard|Elfyn Prichard
Vivian|Wyn|Fifian Wyn
Ffraid|Gwenllian|Bride Gwenllion
Rhydian|Bowen Phillips|Rhydian Phillips
Dylan|Ebenezer|Dilan Ebeneser
Carwyn|Glyn|Karwyn Glynn
Karen|Wynne|Caren Wynn
Cerys|Matthews|Kerys Mathews
Teleri|Bevan|Telery Bevan
Jac|Glyn-Evans|Jack Evans
"""


def pairs() -> list[tuple[str, str, str]]:
    """(stored given name, stored family name, name searched for)."""
    return [tuple(line.split("|")) for line in PAIRS.strip().splitlines()]  # type: ignore[misc]
